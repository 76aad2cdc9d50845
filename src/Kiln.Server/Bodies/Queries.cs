namespace Kiln.Server.Bodies;

/// <summary>Reads query parameters.</summary>
public static class Queries
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
        if (values.Count > 1 && values.Distinct(StringComparer.Ordinal).Count() > 1)
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
}
