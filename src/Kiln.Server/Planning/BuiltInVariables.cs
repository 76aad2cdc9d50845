using System.Collections.Frozen;

namespace Kiln.Server.Planning;

/// <summary>Names of variables that Kiln sets itself; a parameter must not be called like one.</summary>
public static class BuiltInVariables
{
    private static readonly FrozenSet<string> Fixed = FrozenSet.Create(
        StringComparer.Ordinal,
        "CI", "ZADIG", "HOME", "PATH", "WORKSPACE", "BASH_ENV",
        "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH",
        "DOCKER_REGISTRY_HOST", "DOCKER_REGISTRY_NAMESPACE", "DOCKER_REGISTRY_AK", "DOCKER_REGISTRY_SK",
        "PROJECT", "WORKFLOW", "TASK_ID", "TASK_URL", "BUILD_URL",
        "SERVICE", "SERVICE_NAME", "SERVICE_MODULE", "IMAGE", "PKG_FILE", "GIT_SSL_NO_VERIFY");

    private static readonly string[] RepoSuffixes =
        ["_BRANCH", "_TAG", "_PR", "_COMMIT_ID", "_ORG", "_PRE_MERGE_BRANCHES"];

    /// <summary>True for a name that is Kiln's whatever the build checks out.</summary>
    public static bool Contains(string name) => Fixed.Contains(name) || name.StartsWith("KILN_", StringComparison.Ordinal);

    /// <summary>Names that the repository at <paramref name="index"/> brings.</summary>
    public static IEnumerable<string> OfRepo(int index, string repoName) =>
        RepoSuffixes.Select(suffix => RepoPrefix(repoName) + suffix).Append($"REPONAME_{index}").Append($"REPO_{index}");

    /// <summary>
    /// The prefix of a repository's variables: leading digits as letters (0 is A), then everything that a variable's
    /// name cannot have as <c>_</c>.
    /// </summary>
    public static string RepoPrefix(string repoName)
    {
        var digits = 0;
        while (digits < repoName.Length && char.IsAsciiDigit(repoName[digits]))
        {
            digits++;
        }
        return string.Create(repoName.Length, (repoName, digits), static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                var letter = source.repoName[i];
                span[i] = i < source.digits ? (char)('A' + (letter - '0'))
                    : char.IsAsciiLetterOrDigit(letter) ? letter : '_';
            }
        });
    }
}
