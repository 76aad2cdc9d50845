using System.Text.Json.Serialization;
using Kiln.Contracts.Runs;

namespace Kiln.Server.Artifacts;

/// <summary>A directory of what a run keeps. Images are in none.</summary>
/// <param name="Name">Its name; empty = the one above all.</param>
/// <param name="Files">How many files are in it and below.</param>
/// <param name="Size">Bytes of them together.</param>
/// <param name="Directories">Directories in it, by name.</param>
/// <param name="Contents">Files in it, by name.</param>
public sealed record ArtifactTree(
    string Name, int Files, long Size, IReadOnlyList<ArtifactTree> Directories, IReadOnlyList<ArtifactLeaf> Contents)
{
    /// <summary>The tree of a run's artifacts.</summary>
    internal static ArtifactTree Of(IEnumerable<RunArtifact> artifacts) => Below(
        "", depth: 0, [.. artifacts.Where(static artifact => artifact.Kind != "image").Select(static artifact => (artifact.Path.Split('/'), artifact))]);

    private static ArtifactTree Below(string name, int depth, IReadOnlyList<(string[] Names, RunArtifact Artifact)> found)
    {
        var directories = found.Where(file => file.Names.Length > depth + 1).GroupBy(file => file.Names[depth])
            .OrderBy(static group => group.Key, StringComparer.Ordinal).Select(group => Below(group.Key, depth + 1, [.. group])).ToArray();
        var leaves = found.Where(file => file.Names.Length == depth + 1).OrderBy(file => file.Names[depth], StringComparer.Ordinal)
            .Select(file => ArtifactLeaf.Of(file.Names[depth], file.Artifact)).ToArray();
        return new ArtifactTree(name, found.Count, found.Sum(static file => file.Artifact.Size), directories, leaves);
    }
}

/// <summary>A file in a tree of artifacts.</summary>
/// <param name="Name">Its last name.</param>
/// <param name="Path">As the list has it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record ArtifactLeaf(string Name, string Path, long Size, string Sha256)
{
    /// <summary>Where it is, when that is an object storage of the catalogue.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Url { get; init; }

    internal static ArtifactLeaf Of(string name, RunArtifact artifact) =>
        new(name, artifact.Path, artifact.Size, artifact.Sha256) { Url = artifact.Url };
}
