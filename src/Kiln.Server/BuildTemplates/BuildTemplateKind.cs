using Kiln.Contracts.Builds;
using Kiln.Server.Builds.Reading;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;
using Kiln.Server.Planning;

namespace Kiln.Server.BuildTemplates;

/// <summary>Build templates in the API: a build's own fields without project and services.</summary>
internal sealed class BuildTemplateKind(BuildTemplateStore store, CatalogueLoader catalogues) : CatalogueKind<BuildTemplate>(store)
{
    public override CatalogueAddress Address { get; } = new("build template", "/openapi/templates/builds", "templates");

    public override async ValueTask<DefinitionReader<BuildTemplate>> ReaderAsync(Caller caller, CancellationToken cancellationToken)
    {
        var catalogue = await catalogues.LoadAsync(projectKey: "", cancellationToken);
        return (body, current) =>
        {
            var name = NameRules.Read(body, "name", current?.Name);
            var recipe = new RecipeReader(catalogue, current is null ? null : store.Open(current)).Read(body);
            return new(name, store.Seal(recipe with { Name = name }));
        };
    }

    public override BuildTemplate MapSecrets(BuildTemplate value, Func<string, string> change) => Credentials.Map(value, change);

    public override IReadOnlyList<string> Warnings(BuildTemplate value) => Credentials.Warnings(store.Open(value).Parameters);
}
