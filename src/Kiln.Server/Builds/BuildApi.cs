using System.Text.Json.Nodes;
using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Answers;
using Kiln.Server.Definitions;
using Kiln.Server.Definitions.Revisions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Planning;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Builds;

/// <summary>The document's seven calls, and the one that runs a build.</summary>
public static class BuildApi
{
    private static readonly ApiNoun Noun = ApiNoun.Of("build");

    private static readonly ApiParameter Source =
        new("source", "template: the body is that of a build from a template.") { Words = ["template"] };

    private static readonly ApiParameter ServiceName = new("service_name", "Only builds that are bound to this service.");

    private static readonly ApiParameter BuildName = new("name", "The build.") { IsRequired = true };

    private static readonly ApiParameter DetailService =
        new("serviceName", "Service whose repos and parameters are shown; absent = the first that the build is bound to.");

    private static readonly ApiParameter DetailModule = new("serviceModule", "Module of that service.");

    public static IServiceCollection AddBuilds(this IServiceCollection services) => services
        .AddSingleton<BuildStore>()
        .AddSingleton<BuildChanges>()
        .AddSingleton<BuildReading>()
        .AddSingleton<BuildRevisions>()
        .AddSingleton<RunStarts>()
        .AddJson(BuildJson.Readable);

    public static IEndpointRouteBuilder MapBuilds(this IEndpointRouteBuilder routes)
    {
        var builds = routes.MapGroup("/openapi/build");
        builds.MapPost("", CreateAsync).Needs(Verb.Edit, ProjectOf.Body)
            .Says("createBuild", Noun.Chapter, "Create a build", Source, DryRun.Parameter);
        builds.MapPut("", ReplaceAsync).Needs(Verb.Edit, ProjectOf.Body)
            .Says("replaceBuild", Noun.Chapter, "Replace the build that the body names", Source, IfMatch.Parameter, DryRun.Parameter);
        builds.MapPut("/{name}/template", ReplaceFromTemplateAsync).Needs(Verb.Edit, ProjectOf.Body)
            .Says("replaceBuildFromTemplate", Noun.Chapter, "Replace a build by one from a template", IfMatch.Parameter, DryRun.Parameter);
        builds.MapGet("", ListAsync).Needs(Verb.Read, ProjectOf.Query)
            .Says("listBuilds", Noun.Chapter, "List the builds of a project", [.. ListQuery.Parameters, ServiceName]);
        builds.MapGet("/{name}/detail", DetailAsync).Needs(Verb.Read, ProjectOf.Query)
            .Says("getBuild", Noun.Chapter, "Show a build", DetailService, DetailModule);
        builds.MapDelete("", DeleteAsync).Needs(Verb.Edit, ProjectOf.Query)
            .Says("deleteBuild", Noun.Chapter, "Delete a build; its runs finish", BuildName, IfMatch.Parameter);
        RunStartApi.Map(builds);
        RevisionEndpoints.Map(
            builds, "/{name}", Noun, routes.ServiceProvider.GetRequiredService<BuildRevisions>(),
            (Verb.Read, ProjectOf.Query), (Verb.Edit, ProjectOf.Query));
        return routes;
    }

    private static async Task<Results<Changed, ApiError>> CreateAsync(
        HttpRequest request, BuildChanges changes, Caller caller, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var project = Queries.Single(request.Query, "projectKey", violations);
        var dryRun = DryRun.IsAsked(request, violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        return await RequestBody.ReadAsync(request, cancellationToken) switch
        {
            RequestBody.Json json => Answer(
                await changes.CreateAsync(Form(request), json.Root, project, dryRun, caller, cancellationToken), BuildErrors.Create),
            RequestBody.Refused refused => refused.Error,
            _ => throw new InvalidOperationException("A kind of body is missing here."),
        };
    }

    private static Task<Results<Changed, ApiError>> ReplaceAsync(
        HttpRequest request, BuildChanges changes, Caller caller, CancellationToken cancellationToken) =>
        ReplaceBodyAsync(Form(request), pathName: "", request, changes, caller, cancellationToken);

    private static Task<Results<Changed, ApiError>> ReplaceFromTemplateAsync(
        string name, HttpRequest request, BuildChanges changes, Caller caller, CancellationToken cancellationToken) =>
        ReplaceBodyAsync(BuildForm.FromTemplate, name.Trim(), request, changes, caller, cancellationToken);

    private static async Task<Results<Changed, ApiError>> ReplaceBodyAsync(
        BuildForm form, string pathName, HttpRequest request, BuildChanges changes, Caller caller,
        CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var project = Queries.Single(request.Query, "projectKey", violations);
        var dryRun = DryRun.IsAsked(request, violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        return await RequestBody.ReadAsync(request, cancellationToken) switch
        {
            RequestBody.Json json => Answer(
                await changes.ReplaceAsync(
                    form, json.Root, project, pathName, IfMatch.Of(request), dryRun, caller, cancellationToken),
                BuildErrors.Update),
            RequestBody.Refused refused => refused.Error,
            _ => throw new InvalidOperationException("A kind of body is missing here."),
        };
    }

    private static async Task<Results<Changed, ApiError>> DeleteAsync(
        HttpRequest request, BuildChanges changes, Caller caller, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var name = Queries.Required(request.Query, "name", violations).Trim();
        var project = Queries.Required(request.Query, "projectKey", violations);
        return violations.Any
            ? ApiError.Invalid(violations.Errors)
            : Answer(
                await changes.DeleteAsync(project, name, IfMatch.Of(request), caller, cancellationToken),
                BuildErrors.Delete);
    }

    private static async Task<Results<Ok<BuildList>, ApiError>> ListAsync(
        HttpRequest request, BuildStore store, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var project = Queries.Required(request.Query, "projectKey", violations);
        var service = Queries.Single(request.Query, "service_name", violations);
        var query = ListQuery.Read(request.Query, violations) with { Tag = BuildReferences.ServiceTag(service) };
        return violations.Any
            ? ApiError.Invalid(violations.Errors)
            : TypedResults.Ok(await store.ListAsync(project, query, cancellationToken));
    }

    private static async Task<Results<WrittenAnswer<BuildDetail>, ApiError>> DetailAsync(
        string name, HttpRequest request, BuildReading reading, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var project = Queries.Required(request.Query, "projectKey", violations);
        var service = Queries.Single(request.Query, "serviceName", violations);
        var module = Queries.Single(request.Query, "serviceModule", violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        return await reading.DetailAsync(project, name.Trim(), service, module, cancellationToken) switch
        {
            DetailOutcome.Found found => new WrittenAnswer<BuildDetail>(found.Body, found.Tag),
            DetailOutcome.Missing missing => ApiError.NotFound(BuildErrors.Get, missing.Sentence),
            _ => throw new InvalidOperationException("An outcome of a detail is missing here."),
        };
    }

    private static BuildForm Form(HttpRequest request) =>
        request.Query["source"].ToString() == "template" ? BuildForm.FromTemplate : BuildForm.Plain;

    /// <summary>The answer to a change.</summary>
    public static Results<Changed, ApiError> Answer(BuildChange change, int code) => change switch
    {
        BuildChange.Saved saved => new Changed(saved.Tag) { Warnings = saved.Warnings },
        BuildChange.Checked { Before: var before, After: var after } => new Changed(before?.Tag)
        {
            Warnings = Credentials.Warnings(after),
            Preview = ChangePreviews.Of(before is null ? null : Shown(before.Definition), Shown(after)),
        },
        BuildChange.Deleted => new Changed(Tag: null),
        _ => BuildErrors.Of(change, code),
    };

    private static ShownJson Shown(BuildDefinition build) => new(
        JsonObject.Create(BuildDetails.Spec(build)), JsonObject.Create(BuildDetails.Spec(Credentials.Masked(build))));
}
