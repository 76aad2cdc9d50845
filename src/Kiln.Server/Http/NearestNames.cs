namespace Kiln.Server.Http;

/// <summary>Finds what a person probably meant.</summary>
public static class NearestNames
{
    private const int Most = 10;

    /// <summary>A sentence about a name that was not found, with at most ten existing ones, nearest first.</summary>
    /// <param name="what">For example <c>cluster</c>.</param>
    /// <param name="wanted">The unknown name.</param>
    /// <param name="existing">Names that the caller may see.</param>
    public static string Sentence(string what, string wanted, IEnumerable<string> existing)
    {
        var near = Of(wanted, existing);
        return $"There is no {what} '{JsonFields.Shorten(wanted)}'; "
            + (near.Count == 0 ? "none exists yet." : $"there is {string.Join(", ", near.Select(name => $"'{name}'"))}.");
    }

    /// <summary>At most ten of <paramref name="existing"/>, nearest to <paramref name="wanted"/> first.</summary>
    public static IReadOnlyList<string> Of(string wanted, IEnumerable<string> existing) =>
        [.. existing.OrderBy(name => Distance(wanted, name)).ThenBy(name => name, StringComparer.Ordinal).Take(Most)];

    /// <summary>Levenshtein distance without regard to case; a name that contains the wanted one counts as near.</summary>
    private static int Distance(string wanted, string name)
    {
        if (wanted.Length > 0 && name.Contains(wanted, StringComparison.OrdinalIgnoreCase))
        {
            return 1;
        }
        var a = wanted.Length > 128 ? wanted[..128] : wanted;
        var row = Enumerable.Range(0, name.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= name.Length; j++)
            {
                var above = row[j];
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(name[j - 1]);
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (same ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
