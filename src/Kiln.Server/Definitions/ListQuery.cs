using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Definitions;

/// <summary>Reads which page of a list of definitions is asked for, in which order.</summary>
public static class ListQuery
{
    private static readonly string[] Sorts = ["create_time", "-create_time", "name", "-name", "update_time", "-update_time"];

    /// <summary>Its query parameters.</summary>
    public static ApiParameter[] Parameters { get; } =
    [
        .. Paging.Parameters,
        new("sort", "Order of the list, - in front = descending; absent = create_time.") { Words = Sorts },
        new("search", "Part of the name; absent = all."),
    ];

    /// <summary>Reads <c>pageNum</c>, <c>pageSize</c>, <c>sort</c> and <c>search</c>.</summary>
    public static DocumentQuery Read(IQueryCollection query, Violations violations)
    {
        var paging = Paging.Read(query, violations);
        return new DocumentQuery(
            paging.Page,
            paging.PageSize,
            Sort(Queries.Single(query, "sort", violations), violations),
            Queries.Single(query, "search", violations));
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
