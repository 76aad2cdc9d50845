using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;

namespace Kiln.Server.Definitions.Revisions;

/// <summary>The history of a kind of the catalogue.</summary>
internal sealed class DefinitionRevisions<T>(CatalogueKind<T> kind, DefinitionChanges<T> changes, DefinitionAnswers<T> answers) : IRevised
    where T : class
{
    public async Task<RevisedDefinition> FindAsync(HttpRequest request, Violations violations, CancellationToken cancellationToken)
    {
        var address = DefinitionAddress.Of(kind.Address, request, violations);
        var caller = Caller.Of(request.HttpContext);
        return await address.FindAsync(kind.Store, cancellationToken) is { } stored && kind.IsVisible(stored.Value, caller)
            ? new(stored.Id, stored.ProjectKey, Missing: null)
            : new(0, "", ApiError.NotFound(404, (await changes.MissingAsync(address, caller, cancellationToken)).Sentence));
    }

    public JsonObject Spec(string projectKey, string stored, Func<string, string> show) =>
        answers.Spec(projectKey, kind.Store.Parse(stored), show);

    public async Task<IResult> RestoreAsync(HttpContext context, string stored, CancellationToken cancellationToken)
    {
        var address = DefinitionAddress.Of(kind.Address, context.Request, new Violations());
        var then = kind.Store.Parse(stored);
        var body = JsonElement.Parse(answers.Spec(address.ProjectKey, then, static _ => SecretField.Mask).ToJsonString());
        return answers.Change(await changes.ReplaceAsync(
            address, body, IfMatch.Of(context.Request), dryRun: false, Caller.Of(context), secretsOf: then, cancellationToken));
    }
}
