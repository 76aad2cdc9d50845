namespace Kiln.Server.Bodies;

/// <summary>Finds what a caller probably meant.</summary>
public static class NearestNames
{
    private const int Most = 10;
    private const int LongestCompared = 128;

    /// <summary>One sentence: <paramref name="what"/> called <paramref name="name"/> does not exist, the nearest do.</summary>
    public static string Sentence(string what, string name, IEnumerable<string> known)
    {
        var nearest = Of(name, known);
        return nearest.Count == 0
            ? $"There is no {what} \"{Quoted.Short(name)}\", and none that you may see."
            : $"There is no {what} \"{Quoted.Short(name)}\". Nearest: {string.Join(", ", nearest.Select(n => $"\"{n}\""))}.";
    }

    /// <summary>At most ten of <paramref name="known"/>, nearest first; ties in ordinal order.</summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known) =>
        [.. known
            .Distinct(StringComparer.Ordinal)
            .OrderBy(candidate => Distance(Fold(name), Fold(candidate)))
            .ThenBy(candidate => candidate, StringComparer.Ordinal)
            .Take(Most)];

    private static string Fold(string name) =>
        (name.Length > LongestCompared ? name[..LongestCompared] : name).ToLowerInvariant();

    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
