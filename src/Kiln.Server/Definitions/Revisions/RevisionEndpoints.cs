using System.Globalization;
using Kiln.Contracts.Builds;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Definitions.Revisions;

/// <summary>The history of a kind of definition: list, one, difference of two, restore.</summary>
internal sealed class RevisionEndpoints(IRevised revised, DocumentStore documents, SecretVault vault)
{
    private static readonly ApiParameter From =
        ApiParameter.Number("from", "Number of the one revision.") with { IsRequired = true };

    private static readonly ApiParameter To =
        ApiParameter.Number("to", "Number of the other revision.") with { IsRequired = true };

    /// <summary>Maps the calls below <paramref name="one"/>, the address of one definition.</summary>
    public static void Map(
        RouteGroupBuilder group, string one, ApiNoun noun, IRevised revised,
        (Verb Verb, ProjectOf Project) read, (Verb Verb, ProjectOf Project) change)
    {
        var services = ((IEndpointRouteBuilder)group).ServiceProvider;
        var calls = new RevisionEndpoints(
            revised, services.GetRequiredService<DocumentStore>(), services.GetRequiredService<SecretVault>());
        group.MapGet($"{one}/revisions", Answer(calls.ListAsync)).Needs(read.Verb, read.Project)
            .Says($"list{noun.One}Revisions", noun.Chapter, $"List the history of {noun.Spoken}", Paging.Parameters)
            .Answers(typeof(RevisionPage));
        group.MapGet($"{one}/revisions/diff", Answer(calls.DiffAsync)).Needs(read.Verb, read.Project)
            .Says($"diff{noun.One}Revisions", noun.Chapter, $"Compare two revisions of {noun.Spoken}", From, To)
            .Answers(typeof(RevisionDifference));
        group.MapGet($"{one}/revisions/{{revision:int}}", Answer(calls.GetAsync)).Needs(read.Verb, read.Project)
            .Says($"get{noun.One}Revision", noun.Chapter, $"Show a revision of {noun.Spoken}")
            .Answers(typeof(RevisionDetail));
        group.MapPost($"{one}/revisions/{{revision:int}}/restore", Answer(calls.RestoreAsync)).Needs(change.Verb, change.Project)
            .Says($"restore{noun.One}Revision", noun.Chapter, $"Make a revision of {noun.Spoken} the newest one", IfMatch.Parameter)
            .Answers(typeof(ChangeAnswer));
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
        return TypedResults.Ok(new RevisionPage(page.Total, [.. page.Items.Select(Head)]));
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
        var head = Head(revision);
        return TypedResults.Ok(new RevisionDetail(
            head.Revision, head.Change, head.ChangedBy, head.ChangedTime, revised.Spec(definition.ProjectKey, revision.Json, Mask)));
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
        return TypedResults.Ok(new RevisionDifference(
            from, to, JsonDifference.Of(Shown(definition, before), Shown(definition, after))));
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

    private static RevisionHead Head(DocumentRevision revision) =>
        new(revision.Revision, revision.Change, revision.ChangedBy, revision.ChangedAt / 1000);

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
