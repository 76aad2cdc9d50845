using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Kiln.Buckets;
using Kiln.Contracts.Plans;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Steps.Caching;

/// <summary>Names of cache entries: variables, and <c>hash(pattern, …)</c> over the content of files.</summary>
internal static partial class CacheKey
{
    private const int DigitsShown = 16;

    /// <summary>True when the name tells the content, so that an entry of it never needs to be written again.</summary>
    public static bool TellsContent(string key) => Hash().IsMatch(key);

    public static string Expand(string key, IReadOnlyDictionary<string, string> variables, string workspace) =>
        Hash().Replace(VariableExpansion.Expand(key, variables), match => HashOf(match.Groups["files"].Value, workspace));

    private static string HashOf(string patterns, string workspace)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = patterns.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(pattern => WorkspaceGlob.Find(workspace, pattern)).Distinct().Order(StringComparer.Ordinal);
        foreach (var path in files)
        {
            if (WorkspaceFile.Open(workspace, path) is not WorkspaceFile.Opened opened)
            {
                continue;
            }
            using (opened.Handle)
            {
                using var content = new FileSlice(opened.Handle, RandomAccess.GetLength(opened.Handle));
                hash.AppendData(System.Text.Encoding.UTF8.GetBytes(path + "\0"));
                hash.AppendData(SHA256.HashData(content));
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..DigitsShown];
    }

    [GeneratedRegex(@"hash\((?<files>[^()]*)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hash();
}
