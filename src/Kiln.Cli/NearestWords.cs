namespace Kiln.Cli;

/// <summary>Finds what somebody probably meant to type.</summary>
internal static class NearestWords
{
    private const int Most = 3;

    /// <summary>A sentence that names the nearest words, with a space before it; empty when none is near.</summary>
    public static string Sentence(string typed, IEnumerable<string> known)
    {
        var near = known
            .Select(word => (Word: word, Distance: Distance(typed.ToLowerInvariant(), word.ToLowerInvariant())))
            .Where(candidate => candidate.Distance <= Math.Max(2, typed.Length / 3))
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Word, StringComparer.Ordinal)
            .Take(Most)
            .Select(candidate => $"\"{candidate.Word}\"")
            .ToList();
        return near.Count == 0 ? "" : $" Nearest: {string.Join(", ", near)}.";
    }

    // Letters to insert, remove, replace or swap with their neighbour.
    private static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }
                cost[i, j] = Math.Min(
                    Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }
        return cost[a.Length, b.Length];
    }
}
