using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Answers;
using Kiln.Server.Definitions;
using Kiln.Server.Definitions.Revisions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds;

/// <summary>The history of builds.</summary>
internal sealed class BuildRevisions(BuildStore store, BuildChanges changes) : IRevised
{
    public async Task<RevisedDefinition> FindAsync(HttpRequest request, Violations violations, CancellationToken cancellationToken)
    {
        var (project, name) = Address(request, violations);
        return violations.Any ? new(0, "", Missing: null)
            : await store.GetAsync(project, name, cancellationToken) is { } build ? new(build.Id, project, Missing: null)
            : new(0, "", ApiError.NotFound(BuildErrors.Get, NearestNames.Sentence(
                $"build in project \"{Quoted.Short(project)}\" called", name, await store.NamesAsync(project, cancellationToken))));
    }

    public JsonObject Spec(string projectKey, string stored, Func<string, string> show) =>
        JsonObject.Create(BuildDetails.Spec(Credentials.Map(BuildStore.Parse(stored), show)))!;

    public async Task<IResult> RestoreAsync(HttpContext context, string stored, CancellationToken cancellationToken)
    {
        var (project, name) = Address(context.Request, new Violations());
        var then = store.Open(stored);
        var form = then is BuildDefinition.FromTemplate ? BuildForm.FromTemplate : BuildForm.Plain;
        var body = JsonElement.Parse(Spec(project, stored, static _ => SecretField.Mask).ToJsonString());
        return BuildApi.Answer(
            await changes.ReplaceAsync(
                form, body, project, name, IfMatch.Of(context.Request), dryRun: false, Caller.Of(context), secretsOf: then, cancellationToken),
            BuildErrors.Update);
    }

    private static (string Project, string Name) Address(HttpRequest request, Violations violations) =>
        (Queries.Required(request.Query, "projectKey", violations), ((string)request.RouteValues["name"]!).Trim());
}
