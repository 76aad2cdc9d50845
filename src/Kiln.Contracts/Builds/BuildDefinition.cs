using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Kiln.Contracts.Builds;

/// <summary>
/// A build as it is stored: which form it has, and the body that created it with every default filled in. Credential
/// values in it are sealed at rest and masked in answers. A closed family.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "form")]
[JsonDerivedType(typeof(Plain), "plain")]
[JsonDerivedType(typeof(FromTemplate), "template")]
public abstract record BuildDefinition
{
    private BuildDefinition() { }

    /// <summary>A build with its own recipe.</summary>
    /// <param name="Spec">The body.</param>
    public sealed record Plain(PlainBuildSpec Spec) : BuildDefinition;

    /// <summary>A build whose recipe is a template's.</summary>
    /// <param name="Spec">The body.</param>
    public sealed record FromTemplate(TemplatedBuildSpec Spec) : BuildDefinition;
}

/// <summary>Body of <c>POST</c> and <c>PUT /openapi/build</c>.</summary>
public sealed record PlainBuildSpec : BuildRecipe
{
    [JsonConstructor]
    public PlainBuildSpec() { }

    /// <summary>A build of <paramref name="recipe"/>, which is copied.</summary>
    [SetsRequiredMembers]
    public PlainBuildSpec(BuildRecipe recipe, string name, string projectKey, IReadOnlyList<ServiceWithModule> services)
        : base(recipe)
    {
        Name = name;
        ProjectKey = projectKey;
        Services = services;
    }

    [JsonPropertyOrder(-3)]
    public required string Name { get; init; }

    [JsonPropertyOrder(-2)]
    public required string ProjectKey { get; init; }

    [JsonPropertyOrder(-1)]
    public required IReadOnlyList<ServiceWithModule> Services { get; init; }
}

/// <summary>Body of the template form: <c>POST</c> and <c>PUT /openapi/build?source=template</c>,
/// <c>PUT /openapi/build/{name}/template</c>.</summary>
public sealed record TemplatedBuildSpec
{
    public required string Name { get; init; }
    public required string ProjectKey { get; init; }
    public required string TemplateName { get; init; }
    public required IReadOnlyList<TemplateTarget> TargetServices { get; init; }
    public required string Description { get; init; }
}

/// <summary>A service of a build from a template, with what is its own.</summary>
public sealed record TemplateTarget
{
    public required string ServiceName { get; init; }
    public required string ServiceModule { get; init; }
    public required IReadOnlyList<RepoInfo> RepoInfo { get; init; }
    public required IReadOnlyList<BuildInput> Inputs { get; init; }
}

/// <summary>A value for a template's parameter.</summary>
/// <param name="Key">The parameter.</param>
/// <param name="Value">Its value; comma-joined for <c>multi-select</c>.</param>
/// <param name="IsCredential">Decided by the template when the build was saved, never by the caller.</param>
public sealed record BuildInput(
    string Key,
    string Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsCredential = false);

/// <summary>A service with one of its modules.</summary>
/// <param name="ServiceName">Service.</param>
/// <param name="ServiceModule">Module.</param>
public sealed record ServiceWithModule(string ServiceName, string ServiceModule);

/// <summary>A build template: a build's own fields without project and services.</summary>
public sealed record BuildTemplate : BuildRecipe
{
    [JsonPropertyOrder(-3)]
    public required string Name { get; init; }
}
