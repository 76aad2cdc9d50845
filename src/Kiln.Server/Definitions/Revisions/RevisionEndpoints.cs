using System.Globalization;
using System.Text.Json.Nodes;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Definitions.Revisions;

/// <summary>The history of a kind of definition: list, one, difference of two, restore.</summary>
internal sealed class RevisionEndpoints(IRevised revised, DocumentStore documents, SecretVault vault)
{
    /// <summary>Maps the calls below <paramref name="one"/>, the address of one definition.</summary>
    public static void Map(
        RouteGroupBuilder group, string one, IRevised revised, (Verb Verb, ProjectOf Project) read, (Verb Verb, ProjectOf Project) change)
    {
        var services = ((IEndpointRouteBuilder)group).ServiceProvider;
        var calls = new RevisionEndpoints(
            revised, services.GetRequiredService<DocumentStore>(), services.GetRequiredService<SecretVault>());
        group.MapGet($"{one}/revisions", Answer(calls.ListAsync)).Needs(read.Verb, read.Project);
        group.MapGet($"{one}/revisions/diff", Answer(calls.DiffAsync)).Needs(read.Verb, read.Project);
        group.MapGet($"{one}/revisions/{{revision:int}}", Answer(calls.GetAsync)).Needs(read.Verb, read.Project);
        group.MapPost($"{one}/revisions/{{revision:int}}/restore", Answer(calls.RestoreAsync)).Needs(change.Verb, change.Project);
    }

    private static RequestDelegate Answer(Func<HttpContext, Violations, CancellationToken, Task<IResult>> handle) => async context =>
    {
        var result = await handle(context, new Violations(), context.RequestAborted);
        await result.ExecuteAsync(context);
    };

    private async Task<IResult> ListAsync(HttpContext context, Violations violations, CancellationToken cancellationToken)
    {
        var paging = Paging.Read(context.Request.Query, violations);
        var definition = await revised.FindAsync(context.Request, violations, cancellationToken);
        if (Refusal(definition, violations) is { } refusal)
        {
            return refusal;
        }
        var page = await documents.RevisionsAsync(definition.Id, paging.Page, paging.PageSize, cancellationToken);
        return new JsonAnswer(
            new JsonObject { ["total"] = page.Total, ["revisions"] = new JsonArray([.. page.Items.Select(Head)]) }, Tag: null);
    }

    private async Task<IResult> GetAsync(HttpContext context, Violations violations, CancellationToken cancellationToken)
    {
        var definition = await revised.FindAsync(context.Request, violations, cancellationToken);
        if (Refusal(definition, violations) is { } refusal)
        {
            return refusal;
        }
        var number = Number(context);
        if (await documents.RevisionAsync(definition.Id, number, cancellationToken) is not { } revision)
        {
            return Missing(number);
        }
        var answer = Head(revision);
        answer["spec"] = revised.Spec(definition.ProjectKey, revision.Json, Mask);
        return new JsonAnswer(answer, Tag: null);
    }

    private async Task<IResult> DiffAsync(HttpContext context, Violations violations, CancellationToken cancellationToken)
    {
        var from = Revision(context.Request.Query, "from", violations);
        var to = Revision(context.Request.Query, "to", violations);
        var definition = await revised.FindAsync(context.Request, violations, cancellationToken);
        if (Refusal(definition, violations) is { } refusal)
        {
            return refusal;
        }
        var before = await documents.RevisionAsync(definition.Id, from, cancellationToken);
        var after = await documents.RevisionAsync(definition.Id, to, cancellationToken);
        if (before is null || after is null)
        {
            return Missing(before is null ? from : to);
        }
        var changes = JsonDifference.Of(Shown(definition, before), Shown(definition, after));
        return new JsonAnswer(
            new JsonObject
            {
                ["from"] = from,
                ["to"] = to,
                ["changes"] = new JsonArray([.. changes.Select(change => change.ToJson())]),
            },
            Tag: null);
    }

    private async Task<IResult> RestoreAsync(HttpContext context, Violations violations, CancellationToken cancellationToken)
    {
        var definition = await revised.FindAsync(context.Request, violations, cancellationToken);
        if (Refusal(definition, violations) is { } refusal)
        {
            return refusal;
        }
        var number = Number(context);
        return await documents.RevisionAsync(definition.Id, number, cancellationToken) is { } revision
            ? await revised.RestoreAsync(context, revision.Json, cancellationToken)
            : Missing(number);
    }

    private ShownJson Shown(RevisedDefinition definition, DocumentRevision revision) => new(
        revised.Spec(definition.ProjectKey, revision.Json, vault.Unseal),
        revised.Spec(definition.ProjectKey, revision.Json, Mask));

    private static JsonObject Head(DocumentRevision revision) => new()
    {
        ["revision"] = revision.Revision,
        ["change"] = revision.Change,
        ["changed_by"] = revision.ChangedBy,
        ["changed_time"] = revision.ChangedAt / 1000,
    };

    private static string Mask(string secret) => SecretField.Mask;

    private static ApiError? Refusal(RevisedDefinition definition, Violations violations) =>
        violations.Any ? ApiError.Invalid(violations.Errors) : definition.Missing;

    private static ApiError Missing(int revision) =>
        ApiError.NotFound(404, $"There is no revision {revision}; the list of revisions says which there are.");

    private static int Number(HttpContext context) =>
        int.Parse((string)context.Request.RouteValues["revision"]!, CultureInfo.InvariantCulture);

    private static int Revision(IQueryCollection query, string name, Violations violations)
    {
        if (!int.TryParse(Queries.Single(query, name, violations), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            violations.Add(name, "Say which revision: a whole number.");
        }
        return number;
    }
}
