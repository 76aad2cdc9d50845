namespace Kiln.Server.Queue.Commits;

/// <summary>
/// Reads <c>git ls-remote</c>; of an annotated tag the second line names the commit:
/// <code>
/// 1f3c… TAB refs/tags/v1
/// 9a0b… TAB refs/tags/v1^{}
/// </code>
/// </summary>
internal static class LsRemoteOutput
{
    /// <summary>Behind a tag's name: the commit it stands for.</summary>
    public const string Peeled = "^{}";

    /// <summary>Commits by full ref.</summary>
    public static IReadOnlyDictionary<string, string> Read(string output)
    {
        var commits = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\t') is [var commit, var name])
            {
                if (name.EndsWith(Peeled, StringComparison.Ordinal))
                {
                    commits[name[..^Peeled.Length]] = commit;
                }
                else
                {
                    commits.TryAdd(name, commit);
                }
            }
        }
        return commits;
    }
}
