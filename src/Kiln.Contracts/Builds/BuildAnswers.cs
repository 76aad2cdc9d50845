using System.Text.Json;
using System.Text.Json.Serialization;
using Kiln.Contracts.Catalogue;

namespace Kiln.Contracts.Builds;

/// <summary>Answer to a change.</summary>
/// <param name="Message"><c>success</c>.</param>
/// <param name="Warnings">What was saved but will not work as hoped; absent when nothing.</param>
/// <param name="Preview">With <c>dry_run=true</c> what would have changed; nothing was stored then.</param>
public sealed record ChangeAnswer(
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Warnings = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ChangePreview? Preview = null)
{
    /// <summary>Success with nothing to warn about.</summary>
    public static ChangeAnswer Success { get; } = new("success");
}

/// <summary>A page of builds.</summary>
/// <param name="Total">All that match, on every page.</param>
/// <param name="Builds">This page.</param>
public sealed record BuildList(long Total, IReadOnlyList<BuildListItem> Builds);

/// <summary>A build in a list.</summary>
/// <param name="Name">Name.</param>
/// <param name="ProjectKey">Project.</param>
/// <param name="Source">Always <c>zadig</c>.</param>
/// <param name="UpdateBy">Who changed it last.</param>
/// <param name="UpdateTime">When, Unix seconds.</param>
/// <param name="TargetServices">Services it is bound to.</param>
public sealed record BuildListItem(
    string Name,
    string ProjectKey,
    string Source,
    string UpdateBy,
    long UpdateTime,
    IReadOnlyList<ServiceWithModule> TargetServices);

/// <summary>A build in full: the document's keys in the document's places, Kiln's additions at the end.</summary>
public sealed record BuildDetail
{
    public required string ProjectKey { get; init; }
    public required string Name { get; init; }

    /// <summary>Always <c>zadig</c>.</summary>
    public required string Source { get; init; }

    public required IReadOnlyList<ServiceWithModule> TargetServices { get; init; }

    /// <summary>Empty when the build has its own recipe.</summary>
    public required string TemplateName { get; init; }

    public required string UpdateBy { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long UpdateTime { get; init; }

    public required IReadOnlyList<DetailRepo> Repos { get; init; }
    public required DetailEnvironment BuildEnv { get; init; }
    public required AdvancedSettings AdvancedSettings { get; init; }
    public required string BuildScript { get; init; }
    public required IReadOnlyList<DetailParameter> Parameters { get; init; }
    public required IReadOnlyList<DetailOutput> Outputs { get; init; }
    public required DetailPostBuild PostBuild { get; init; }
    public required string Infrastructure { get; init; }
    public required string ScriptType { get; init; }
    public required IReadOnlyList<DetailTarget> Targets { get; init; }

    /// <summary>Grows by one with every change.</summary>
    public required int Revision { get; init; }

    /// <summary>The body that <c>PUT</c> accepts, credentials masked.</summary>
    public required JsonElement Spec { get; init; }
}

/// <summary>A repository in <see cref="BuildDetail"/>.</summary>
public sealed record DetailRepo
{
    /// <summary>Type of the code host.</summary>
    public required string Source { get; init; }

    public required string RepoOwner { get; init; }
    public required string RepoName { get; init; }
    public required string RemoteName { get; init; }
    public required string Branch { get; init; }

    /// <summary>Address of the code host.</summary>
    public required string Address { get; init; }

    public required string CheckoutPath { get; init; }
    public required bool Submodules { get; init; }
    public required string CodehostName { get; init; }
    public required string Tag { get; init; }
}

/// <summary>Image and packages in <see cref="BuildDetail"/>.</summary>
/// <param name="BasicImageId">Id of the build image.</param>
/// <param name="BasicImageLabel">Its label, as <c>build_os</c> names it.</param>
/// <param name="Installs">Packages.</param>
public sealed record DetailEnvironment(string BasicImageId, string BasicImageLabel, IReadOnlyList<Install> Installs);

/// <summary>A parameter in <see cref="BuildDetail"/>; a credential's values are masked.</summary>
public sealed record DetailParameter
{
    public required string Key { get; init; }
    public required string Value { get; init; }
    public required string Type { get; init; }
    public required bool IsCredential { get; init; }
    public required string Description { get; init; }
    public required IReadOnlyList<string> ChoiceOption { get; init; }
    public required IReadOnlyList<string> ChoiceValue { get; init; }
}

/// <summary>An output in <see cref="BuildDetail"/>.</summary>
/// <param name="Name">Name.</param>
/// <param name="Description">Always empty: the document's bodies have no place for one.</param>
public sealed record DetailOutput(string Name, string Description);

/// <summary>Post-build settings in <see cref="BuildDetail"/>; what is not configured is <c>null</c>.</summary>
public sealed record DetailPostBuild
{
    public required DetailDockerBuild? DockerBuild { get; init; }
    public required ObjectStorageUpload? ObjectStorageUpload { get; init; }
    public required FileArchive? FileArchive { get; init; }
    public required string Scripts { get; init; }
}

/// <summary>The image step in <see cref="BuildDetail"/>.</summary>
public sealed record DetailDockerBuild
{
    public required string WorkDir { get; init; }
    public required string DockerFile { get; init; }
    public required string BuildArgs { get; init; }
    public required string Source { get; init; }
    public required string TemplateName { get; init; }
    public required string TemplateId { get; init; }
    public required bool EnableBuildkit { get; init; }
    public required string Platform { get; init; }
}

/// <summary>A bound service in <see cref="BuildDetail"/> with what is built for it.</summary>
public sealed record DetailTarget
{
    public required string ServiceName { get; init; }
    public required string ServiceModule { get; init; }
    public required IReadOnlyList<DetailRepo> Repos { get; init; }
    public required IReadOnlyList<DetailParameter> Parameters { get; init; }
}
