namespace Kiln.Contracts.Client;

/// <summary>Every kind of definition, in an order in which each refers only to those before it.</summary>
public static class DefinitionKinds
{
    public static DefinitionKind Project { get; } = new("project", "project", "openapi/projects/project", "projects")
    {
        Key = DefinitionKey.Project,
        NameField = "project_key",
    };

    public static DefinitionKind Service { get; } = new("service", "service", "openapi/services", "services")
    {
        Scope = DefinitionScope.Required,
        NameField = "service_name",
    };

    public static DefinitionKind Build { get; } = new("build", "build", "openapi/build", "builds")
    {
        Key = DefinitionKey.Build,
        Scope = DefinitionScope.Required,
    };

    public static DefinitionKind Token { get; } = new("token", "token", "openapi/system/tokens", "tokens");

    public static IReadOnlyList<DefinitionKind> All { get; } =
    [
        Project,
        new("code-host", "code host", "openapi/system/codehosts", "codehosts") { Scope = DefinitionScope.Optional },
        new("build-image", "build image", "openapi/system/build-images", "build_images") { NameField = "label" },
        new("package", "package", "openapi/system/packages", "packages") { Key = DefinitionKey.NameAndVersion },
        new("object-storage", "object storage", "openapi/system/object-storages", "object_storages"),
        new("registry", "registry", "openapi/system/registry", Items: "")
        {
            Key = DefinitionKey.AddressAndNamespace,
            NameField = "address",
        },
        new("cluster", "cluster", "openapi/system/cluster", Items: ""),
        new("dockerfile-template", "Dockerfile template", "openapi/templates/dockerfiles", "dockerfile_templates"),
        new("build-template", "build template", "openapi/templates/builds", "templates"),
        Service,
        new("variable", "variable", "openapi/variables", "variables") { Scope = DefinitionScope.Optional, NameField = "key" },
        Build,
        Token,
    ];

    /// <summary>
    /// The kind that a word means: <c>code-host</c>, <c>codehosts</c>, <c>CodeHost</c>, <c>code host</c> are one; <c>null</c> = none.
    /// </summary>
    public static DefinitionKind? Find(string word)
    {
        var folded = Fold(word);
        return All.FirstOrDefault(kind => Fold(kind.Word) is var known
            && (folded == known || folded == $"{known}s" || (known[^1] == 'y' && folded == $"{known[..^1]}ies")));
    }

    private static string Fold(string word) =>
        string.Concat(word.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
