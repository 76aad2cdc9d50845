using System.Text.Json.Nodes;

namespace Kiln.Contracts.Client;

/// <summary>A kind of definition: how it is called, and where the API has it.</summary>
/// <param name="Word">Its word for people who type, for example <c>code-host</c>.</param>
/// <param name="What">Its word in sentences, for example <c>code host</c>.</param>
/// <param name="Path">Address of the list, from the server's root.</param>
/// <param name="Items">Name of the list in a page; empty = the answer is the bare list.</param>
public sealed record DefinitionKind(string Word, string What, string Path, string Items)
{
    /// <summary>How an address names one.</summary>
    public DefinitionKey Key { get; init; } = DefinitionKey.Name;

    /// <summary>Whether it belongs to a project.</summary>
    public DefinitionScope Scope { get; init; } = DefinitionScope.System;

    /// <summary>Field of a body that names it.</summary>
    public string NameField { get; init; } = "name";

    /// <summary>The name that a body gives, as addresses have it; empty when it gives none.</summary>
    public string NameOf(JsonObject body) => Key switch
    {
        DefinitionKey.NameAndVersion when Text(body, "name") is { Length: > 0 } name && Text(body, "version") is { Length: > 0 } version =>
            $"{name}/{version}",
        DefinitionKey.NameAndVersion => "",
        DefinitionKey.AddressAndNamespace => $"{Text(body, "address").TrimEnd('/')}/{Text(body, "namespace").Trim('/')}".TrimEnd('/'),
        _ => Text(body, NameField),
    };

    /// <summary>The project that a body names; empty = none, or the kind has none.</summary>
    public string ProjectOf(JsonObject body) => Scope == DefinitionScope.System ? "" : Text(body, "project_key");

    internal string ListPath(string project, int page, int pageSize) =>
        With(Path, ("projectKey", InProject(project)), ("pageNum", $"{page}"), ("pageSize", $"{pageSize}"));

    internal string OnePath(string project, string name) => Key switch
    {
        DefinitionKey.Build => With($"{Path}/{Uri.EscapeDataString(name)}/detail", ("projectKey", project)),
        DefinitionKey.Project => With($"{Path}/detail", ("projectKey", name)),
        _ => ChangePath(project, name),
    };

    internal string CreatePath(JsonObject body, bool dryRun) =>
        With(Path, ("source", IsFromTemplate(body) ? "template" : ""), ("dry_run", dryRun ? "true" : ""));

    internal string ReplacePath(string project, string name, JsonObject body, bool dryRun) => Key == DefinitionKey.Build
        ? CreatePath(body, dryRun)
        : ChangePath(project, name, ("dry_run", dryRun ? "true" : ""));

    internal string DeletePath(string project, string name, bool withContents) => Key == DefinitionKey.Build
        ? With(Path, ("name", name), ("projectKey", project))
        : ChangePath(project, name, ("isDelete", withContents ? "true" : ""));

    private string ChangePath(string project, string name, params ReadOnlySpan<(string Name, string Value)> more) => Key switch
    {
        DefinitionKey.Project => With(Path, [("projectKey", name), .. more]),
        DefinitionKey.NameAndVersion => With($"{Path}/{string.Join('/', name.Split('/', 2).Select(Uri.EscapeDataString))}", more),
        _ => With($"{Path}/{Uri.EscapeDataString(name)}", [("projectKey", InProject(project)), .. more]),
    };

    private string InProject(string project) => Scope == DefinitionScope.System ? "" : project;

    private bool IsFromTemplate(JsonObject body) => Key == DefinitionKey.Build && Text(body, "template_name").Length > 0;

    /// <summary>A path with those parameters that are not empty.</summary>
    private static string With(string path, params ReadOnlySpan<(string Name, string Value)> parameters)
    {
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (value.Length > 0)
            {
                path += $"{separator}{name}={Uri.EscapeDataString(value)}";
                separator = '&';
            }
        }
        return path;
    }

    private static string Text(JsonObject body, string field) =>
        body[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text.Trim() : "";
}

/// <summary>How an address names one definition.</summary>
public enum DefinitionKey
{
    /// <summary>By its name.</summary>
    Name,

    /// <summary>By name and version, written <c>name/version</c>.</summary>
    NameAndVersion,

    /// <summary>By address and namespace, written <c>address/namespace</c>.</summary>
    AddressAndNamespace,

    /// <summary>By the project key.</summary>
    Project,

    /// <summary>By name in the calls of the build document.</summary>
    Build,
}

/// <summary>Whether definitions of a kind belong to projects.</summary>
public enum DefinitionScope
{
    /// <summary>Never.</summary>
    System,

    /// <summary>They may; without one they are every project's.</summary>
    Optional,

    /// <summary>Always.</summary>
    Required,
}
