using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Builds;

/// <summary>Reads the query parameters of the build calls.</summary>
internal static class BuildQueries
{
    /// <summary>A parameter that must be there and not empty.</summary>
    public static string Required(IQueryCollection query, string name, Violations violations)
    {
        var text = Single(query, name, violations);
        if (text.Length == 0)
        {
            violations.Add(name, "Is required in the address, and not empty.");
        }
        return text;
    }

    /// <summary>A parameter, or empty.</summary>
    public static string Single(IQueryCollection query, string name, Violations violations)
    {
        var values = query[name];
        if (values.Distinct(StringComparer.Ordinal).Count() > 1)
        {
            violations.Add(name, "Is given twice in the address with different values.");
        }
        var text = values.Count == 0 ? "" : values[0] ?? "";
        if (text.Contains('\0'))
        {
            violations.Add(name, "Contains a NUL character.");
            return "";
        }
        return text;
    }

    /// <summary>Which page of a list in which order.</summary>
    public static DocumentQuery Page(IQueryCollection query, Violations violations)
    {
        var paging = Paging.Read(query, violations);
        var service = Single(query, "service_name", violations);
        return new DocumentQuery(
            paging.Page,
            paging.PageSize,
            Sort(Single(query, "sort", violations), violations),
            Single(query, "search", violations),
            service.Length == 0 ? "" : BuildStore.ServiceTag(service));
    }

    private static DocumentSort Sort(string word, Violations violations)
    {
        switch (word)
        {
            case "" or "create_time":
                return DocumentSort.Created;
            case "-create_time":
                return DocumentSort.CreatedDescending;
            case "name":
                return DocumentSort.Name;
            case "-name":
                return DocumentSort.NameDescending;
            case "update_time":
                return DocumentSort.Updated;
            case "-update_time":
                return DocumentSort.UpdatedDescending;
            default:
                violations.Add("sort", $"\"{Quoted.Short(word)}\" is not known here; use create_time, name or update_time, with - in front for descending.");
                return DocumentSort.Created;
        }
    }
}
