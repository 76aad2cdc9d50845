using System.Text.Json.Serialization;

namespace Kiln.Contracts.Builds;

/// <summary>How to build: what a build and a build template have in common.</summary>
public abstract record BuildRecipe
{
    /// <summary><c>kubernetes</c> or <c>vm</c>.</summary>
    public required string Infrastructure { get; init; }

    /// <summary>Label of a build image.</summary>
    public required string BuildOs { get; init; }

    public required IReadOnlyList<Install> Installs { get; init; }

    /// <summary><c>shell</c>, <c>batch_file</c> or <c>powershell</c>.</summary>
    public required string ScriptType { get; init; }

    public required string BuildScript { get; init; }
    public required IReadOnlyList<RepoInfo> RepoInfo { get; init; }
    public required IReadOnlyList<BuildParameter> Parameters { get; init; }

    /// <summary><c>null</c> when no image is built.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DockerBuildStep? DockerBuildStep { get; init; }

    public required AdvancedSettings AdvancedSettings { get; init; }

    /// <summary>Free text.</summary>
    public required string Description { get; init; }

    /// <summary>Labels a host must all have; empty = any host the project may use.</summary>
    public required IReadOnlyList<string> VmLabels { get; init; }

    public required PostBuildSettings PostBuild { get; init; }
    public required ReportSettings Reports { get; init; }

    /// <summary>How its runs share the queue.</summary>
    public RunPolicy RunPolicy { get => field ?? new(); init; } = new();
}

/// <summary>A package to install before the script.</summary>
/// <param name="Name">Package.</param>
/// <param name="Version">Version.</param>
public sealed record Install(string Name, string Version);

/// <summary>A repository to check out.</summary>
public sealed record RepoInfo
{
    public required string CodehostName { get; init; }
    public required string RepoNamespace { get; init; }
    public required string RepoName { get; init; }
    public required string Branch { get; init; }

    /// <summary>Wins over <see cref="Branch"/>; empty = none.</summary>
    public required string Tag { get; init; }

    /// <summary>True: <see cref="CommitId"/> is built instead of the branch's head.</summary>
    public required bool EnableCommit { get; init; }

    public required string CommitId { get; init; }

    /// <summary>Pull or merge requests merged into the base, in order.</summary>
    public required IReadOnlyList<int> Prs { get; init; }

    /// <summary>Branches merged into the base, in order; they win over <see cref="Prs"/>.</summary>
    public required IReadOnlyList<string> MergeBranches { get; init; }

    public required string RemoteName { get; init; }

    /// <summary>Directory below the workspace; empty = the repository's name.</summary>
    public required string CheckoutPath { get; init; }

    public required bool Submodules { get; init; }
}

/// <summary>A variable of a build that its user may set.</summary>
public sealed record BuildParameter
{
    public required string Key { get; init; }

    /// <summary><c>string</c>, <c>choice</c>, <c>multi-select</c>, <c>file</c>, <c>script</c> or <c>image</c>.</summary>
    public required string Type { get; init; }

    public required bool IsCredential { get; init; }
    public required string Description { get; init; }
    public required string DefaultValue { get; init; }
    public required IReadOnlyList<string> ChoiceOption { get; init; }

    /// <summary>The chosen values of a <c>multi-select</c>; when empty, <see cref="DefaultValue"/> split at commas.</summary>
    public required IReadOnlyList<string> ChoiceValue { get; init; }
}

/// <summary>Builds and pushes a container image after the script.</summary>
public sealed record DockerBuildStep
{
    /// <summary><c>local</c> or <c>template</c>.</summary>
    public required string DockerfileSource { get; init; }

    public required string BuildContextDir { get; init; }
    public required string DockerfileDirectory { get; init; }
    public required string BuildArgs { get; init; }
    public required string TemplateName { get; init; }
    public required bool EnableBuildkit { get; init; }
    public required string Platforms { get; init; }

    /// <summary>True: the system's proxy is given to the image build.</summary>
    public required bool EnableProxy { get; init; }

    /// <summary>More tags for the same image.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Reference under which layers are kept in a registry between builds; absent = they are not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RegistryCache { get; init; }
}

/// <summary>What happens beside script and image.</summary>
public sealed record PostBuildSettings
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ObjectStorageUpload? ObjectStorageUpload { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FileArchive? FileArchive { get; init; }

    /// <summary>Shell script; empty = none.</summary>
    public required string Scripts { get; init; }
}

/// <summary>Keeps the file <c>PKG_FILE</c> as the run's package.</summary>
/// <param name="FileLocation">Directory below the workspace.</param>
public sealed record FileArchive(string FileLocation);

/// <summary>Copies files to an object storage.</summary>
/// <param name="Enabled">False: configured, not done.</param>
/// <param name="ObjectStorageId">Which storage.</param>
/// <param name="UploadDetail">What goes where.</param>
public sealed record ObjectStorageUpload(bool Enabled, string ObjectStorageId, IReadOnlyList<UploadDetail> UploadDetail);

/// <summary>One upload.</summary>
/// <param name="FilePath">File, directory or pattern below the workspace.</param>
/// <param name="AbsFilePath">Instead of an empty <paramref name="FilePath"/>: an absolute path within the workspace.</param>
/// <param name="DestPath">Directory in the storage.</param>
public sealed record UploadDetail(string FilePath, string AbsFilePath, string DestPath);

/// <summary>Test reports to collect.</summary>
/// <param name="Junit">Patterns of JUnit files below the workspace.</param>
public sealed record ReportSettings(IReadOnlyList<string> Junit);
