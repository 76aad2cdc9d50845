using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Answers;
using Kiln.Server.Http;
using Kiln.Server.Planning;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Builds;

/// <summary>How looking for a build's detail ended. A closed family.</summary>
public abstract record DetailOutcome
{
    private DetailOutcome() { }

    /// <summary>Here it is.</summary>
    /// <param name="Body">The detail as it is answered, a <see cref="BuildDetail"/> in JSON.</param>
    /// <param name="Tag">Tag of the build.</param>
    public sealed record Found(byte[] Body, EntityTag Tag) : DetailOutcome;

    /// <summary>Something that was asked for is not there.</summary>
    /// <param name="Sentence">What, and what there is instead.</param>
    public sealed record Missing(string Sentence) : DetailOutcome;
}

/// <summary>Reads builds in full, with what they refer to, all in one snapshot.</summary>
public sealed class BuildReading(DocumentStore documents, BuildStore store, CatalogueLoader catalogues)
{
    private readonly MadeOfDocuments<Asked, DetailOutcome> _details =
        new(documents, static outcome => outcome is DetailOutcome.Found found ? found.Body.Length : null);

    /// <summary>Detail of a build; service and module may be empty.</summary>
    public Task<DetailOutcome> DetailAsync(
        string projectKey, string name, string service, string module, CancellationToken cancellationToken) =>
        _details.OfAsync(
            new Asked(projectKey, name, service, module),
            reads => DetailAsync(reads, projectKey, name, service, module),
            cancellationToken);

    private async ValueTask<DetailOutcome> DetailAsync(
        DocumentReads reads, string projectKey, string name, string service, string module)
    {
        if (await store.FindShownAsync(reads, projectKey, name) is not { } build)
        {
            return new DetailOutcome.Missing(NearestNames.Sentence(
                $"build in project \"{Quoted.Short(projectKey)}\" called", name, await store.NamesAsync(reads, projectKey)));
        }
        var bound = build.Definition.Services();
        var shown = bound.FirstOrDefault(target =>
            (service.Length == 0 || target.ServiceName == service) && (module.Length == 0 || target.ServiceModule == module));
        if (shown is null && (service.Length > 0 || module.Length > 0))
        {
            return new DetailOutcome.Missing(NearestNames.Sentence(
                "service and module bound to this build called", $"{service}/{module}".Trim('/'),
                bound.Select(target => $"{target.ServiceName}/{target.ServiceModule}")));
        }
        var catalogue = await catalogues.LoadForDetailAsync(reads, build.Definition);
        BuildRecipe? recipe = build.Definition switch
        {
            BuildDefinition.Plain { Spec: var spec } => spec,
            BuildDefinition.FromTemplate { Spec: var spec } => catalogue.BuildTemplate(spec.TemplateName),
            _ => null,
        };
        return recipe is null
            ? new DetailOutcome.Missing($"The template of build \"{name}\" is gone; update the build with another template_name.")
            : new DetailOutcome.Found(
                AnswerBody.Of(BuildDetails.Of(build, recipe, shown, catalogue), BuildJson.Readable.BuildDetail), build.Tag);
    }

    private readonly record struct Asked(string ProjectKey, string Name, string Service, string Module);
}
