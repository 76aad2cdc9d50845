using Kiln.Contracts.Catalogue;

namespace Kiln.Server.DockerfileTemplates;

/// <summary>What can be seen in a Dockerfile without building it.</summary>
internal static class DockerfileText
{
    /// <summary>True when there is something to build.</summary>
    public static bool HasStage(string content) => Instructions(content, "FROM").Any();

    /// <summary>Its build arguments with their defaults, each once.</summary>
    public static IReadOnlyList<DockerfileVariable> Arguments(string content) =>
        [.. Instructions(content, "ARG")
            .Select(argument => argument.Split('=', 2))
            .Select(parts => new DockerfileVariable(parts[0].Trim(), parts.Length < 2 ? "" : parts[1].Trim().Trim('"', '\'')))
            .DistinctBy(variable => variable.Key)];

    private static IEnumerable<string> Instructions(string content, string word) =>
        from line in content.Split('\n')
        let parts = line.Trim().Split([' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        where parts.Length == 2 && parts[0].Equals(word, StringComparison.OrdinalIgnoreCase)
        select parts[1];
}
