using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions.Revisions;
using Kiln.Server.Definitions.Trials;
using Kiln.Server.Http;
using Kiln.Server.Identity;

namespace Kiln.Server.Definitions;

/// <summary>The calls of a kind of definition: list, get, create, replace, delete.</summary>
internal sealed class CatalogueEndpoints<T>(CatalogueKind<T> kind, DefinitionChanges<T> changes, SecretVault vault)
    where T : class
{
    private readonly DefinitionAnswers<T> _answers = new(kind);

    public void Map(IEndpointRouteBuilder routes)
    {
        var one = kind.Address.Key switch
        {
            CatalogueKey.IdOrName => "/{id}",
            CatalogueKey.NameAndVersion => "/{name}/{version}",
            CatalogueKey.ProjectQuery => "",
            _ => "/{name}",
        };
        var words = kind.Address;
        var group = routes.MapGroup(words.Path);
        var noun = words.Noun;
        group.MapGet("", Answer(ListAsync)).Needs(words.ReadBy, words.Key == CatalogueKey.ProjectQuery ? ProjectOf.System : Read)
            .Says($"list{noun.Many}", noun.Chapter, $"List {noun.Chapter.ToLowerInvariant()}", ListQuery.Parameters);
        group.MapGet(one.Length == 0 ? "/detail" : one, Answer(GetAsync)).Needs(words.ReadBy, Read)
            .Says($"get{noun.One}", noun.Chapter, $"Show {noun.Spoken}");
        group.MapPost("", Answer(CreateAsync)).Needs(Verb.Edit, words.Key == CatalogueKey.ProjectQuery ? ProjectOf.System : Change)
            .Says($"create{noun.One}", noun.Chapter, $"Create {noun.Spoken}", DryRun.Parameter);
        group.MapPut(one, Answer(ReplaceAsync)).Needs(words.ChangeBy, Change)
            .Says($"replace{noun.One}", noun.Chapter, $"Replace {noun.Spoken}", IfMatch.Parameter, DryRun.Parameter)
            .Answers(typeof(ChangeAnswer));
        group.MapDelete(one, Answer(DeleteAsync)).Needs(words.ChangeBy, Read)
            .Says($"delete{noun.One}", noun.Chapter, $"Delete {noun.Spoken} that nothing refers to", [IfMatch.Parameter, .. kind.DeleteParameters])
            .Answers(typeof(ChangeAnswer));
        RevisionEndpoints.Map(
            group, one, noun, new DefinitionRevisions<T>(kind, changes, _answers), (words.ReadBy, Read), (words.ChangeBy, Read));
        var services = routes.ServiceProvider;
        if (services.GetService<ITrial<T>>() is { } trial)
        {
            new TrialEndpoints<T>(kind, trial, services.GetRequiredService<TrialTools>()).Map(group, one, noun, Read, Change);
        }
    }

    private ProjectOf Read => kind.Address.Scope switch
    {
        ProjectScope.Required => ProjectOf.Query,
        ProjectScope.Optional => ProjectOf.QueryOrSystem,
        _ => kind.Address.Key == CatalogueKey.ProjectQuery ? ProjectOf.Query : ProjectOf.System,
    };

    private ProjectOf Change => kind.Address.Scope switch
    {
        ProjectScope.Required => ProjectOf.Body,
        ProjectScope.Optional => ProjectOf.BodyOrSystem,
        _ => Read,
    };

    private static RequestDelegate Answer(Func<HttpContext, Task<IResult>> handle) =>
        async context => await (await handle(context)).ExecuteAsync(context);

    private IResult Answer(DefinitionChange<T> change) =>
        change is DefinitionChange<T>.Checked { Before: var before, After: var after, ProjectKey: var project }
            ? new Changed(before?.Tag)
            {
                Warnings = kind.Warnings(after),
                Preview = ChangePreviews.Of(before is null ? null : Shown(project, before.Value), Shown(project, after)),
            }
            : _answers.Change(change);

    private ShownJson Shown(string project, T value) =>
        new(_answers.Spec(project, value, vault.Unseal), _answers.Spec(project, value, static _ => SecretField.Mask));

    private async Task<IResult> ListAsync(HttpContext context)
    {
        var violations = new Violations();
        var query = ListQuery.Read(context.Request.Query, violations);
        var project = kind.Address.Scope switch
        {
            ProjectScope.System => "",
            ProjectScope.Optional => Queries.Single(context.Request.Query, "projectKey", violations),
            _ => Queries.Required(context.Request.Query, "projectKey", violations),
        };
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        var caller = Caller.Of(context);
        return _answers.List(caller.Visible is null
            ? await kind.Store.PageAsync(project, query, context.RequestAborted)
            : await kind.Store.PageAsync(project, query, value => kind.IsVisible(value, caller), context.RequestAborted));
    }

    private async Task<IResult> GetAsync(HttpContext context)
    {
        var violations = new Violations();
        var address = DefinitionAddress.Of(kind.Address, context.Request, violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        var caller = Caller.Of(context);
        return await address.FindAsync(kind.Store, context.RequestAborted) is { } stored && kind.IsVisible(stored.Value, caller)
            ? _answers.Detail(stored)
            : _answers.Change(await changes.MissingAsync(address, caller, context.RequestAborted));
    }

    private async Task<IResult> CreateAsync(HttpContext context)
    {
        var violations = new Violations();
        var project = kind.Address.Scope == ProjectScope.System ? "" : Queries.Single(context.Request.Query, "projectKey", violations);
        var dryRun = DryRun.IsAsked(context.Request, violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        return await RequestBody.ReadAsync(context.Request, context.RequestAborted) switch
        {
            RequestBody.Json json => Answer(await changes.CreateAsync(
                json.Root, project, dryRun, Caller.Of(context), context.RequestAborted)),
            RequestBody.Refused refused => refused.Error,
            _ => throw new InvalidOperationException("A kind of body is missing here."),
        };
    }

    private async Task<IResult> ReplaceAsync(HttpContext context)
    {
        var violations = new Violations();
        var address = DefinitionAddress.Of(kind.Address, context.Request, violations);
        var dryRun = DryRun.IsAsked(context.Request, violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        return await RequestBody.ReadAsync(context.Request, context.RequestAborted) switch
        {
            RequestBody.Json json => Answer(await changes.ReplaceAsync(
                address, json.Root, IfMatch.Of(context.Request), dryRun, Caller.Of(context), context.RequestAborted)),
            RequestBody.Refused refused => refused.Error,
            _ => throw new InvalidOperationException("A kind of body is missing here."),
        };
    }

    private async Task<IResult> DeleteAsync(HttpContext context)
    {
        var violations = new Violations();
        var address = DefinitionAddress.Of(kind.Address, context.Request, violations);
        return violations.Any
            ? ApiError.Invalid(violations.Errors)
            : _answers.Change(await changes.DeleteAsync(
                address, context.Request.Query, IfMatch.Of(context.Request), Caller.Of(context), context.RequestAborted));
    }
}
