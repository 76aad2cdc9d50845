using Kiln.Contracts.Builds;
using Kiln.Server.Builds.Reading;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Planning;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.BuildTemplates;

/// <summary>Calls for build templates: a build's own fields without project and services.</summary>
public static class BuildTemplateApi
{
    private const string What = "build template";

    public static IServiceCollection AddBuildTemplates(this IServiceCollection services) =>
        services.AddSingleton<BuildTemplateStore>();

    public static IEndpointRouteBuilder MapBuildTemplates(this IEndpointRouteBuilder routes)
    {
        var templates = routes.MapGroup("/openapi/templates/builds");
        templates.MapPost("", CreateAsync).Needs(Role.Admin);
        templates.MapGet("", ListAsync);
        templates.MapGet("/{name}", GetAsync);
        templates.MapPut("/{name}", ReplaceAsync).Needs(Role.Admin);
        return routes;
    }

    private static async Task<Results<Changed, ApiError>> CreateAsync(
        HttpRequest request, BuildTemplateStore store, CatalogueLoader catalogues, Caller caller, CancellationToken cancellationToken)
    {
        var catalogue = await catalogues.LoadAsync(projectKey: "", cancellationToken);
        IReadOnlyList<string> warnings = [];
        var outcome = await DefinitionCalls.CreateAsync(request, store, What, caller, body =>
        {
            var template = new RecipeReader(catalogue, stored: null).Read(body) with { Name = NameRules.Read(body, "name") };
            warnings = Credentials.Warnings(template.Parameters);
            return new Draft<BuildTemplate>("", template.Name, store.Seal(template));
        }, cancellationToken);
        return Answer(outcome, warnings);
    }

    private static async Task<Results<Changed, ApiError>> ReplaceAsync(
        string name, HttpRequest request, BuildTemplateStore store, CatalogueLoader catalogues, Caller caller,
        CancellationToken cancellationToken)
    {
        var catalogue = await catalogues.LoadAsync(projectKey: "", cancellationToken);
        var current = await store.GetAsync("", name, cancellationToken);
        var missing = DefinitionCalls.Missing(What, name, await store.AllAsync("", cancellationToken));
        IReadOnlyList<string> warnings = [];
        var outcome = await DefinitionCalls.ReplaceAsync(request, store, current, missing, caller, (body, before) =>
        {
            if (body.Has("name") && NameRules.Read(body, "name") != before.Name)
            {
                body.Refuse("name", $"A template cannot be renamed; its name is \"{before.Name}\".");
            }
            var template = new RecipeReader(catalogue, store.Open(before)).Read(body) with { Name = before.Name };
            warnings = Credentials.Warnings(template.Parameters);
            return store.Seal(template);
        }, cancellationToken);
        return Answer(outcome, warnings);
    }

    private static async Task<Results<Ok<BuildTemplateList>, ApiError>> ListAsync(
        HttpRequest request, BuildTemplateStore store, CancellationToken cancellationToken)
    {
        var (paging, error) = DefinitionCalls.Page(request);
        if (paging is null)
        {
            return error!;
        }
        var page = await store.PageAsync("", paging, request.Query["search"].ToString(), cancellationToken);
        return TypedResults.Ok(new BuildTemplateList(page.Total, [.. page.Items.Select(View)]));
    }

    private static async Task<Results<Ok<BuildTemplateListItem>, ApiError>> GetAsync(
        string name, HttpResponse response, BuildTemplateStore store, CancellationToken cancellationToken)
    {
        if (await store.GetAsync("", name, cancellationToken) is not { } stored)
        {
            return DefinitionCalls.Missing(What, name, await store.AllAsync("", cancellationToken));
        }
        response.Headers.ETag = stored.Tag.ToString();
        return TypedResults.Ok(View(stored));
    }

    private static Results<Changed, ApiError> Answer(Outcome<BuildTemplate> outcome, IReadOnlyList<string> warnings) =>
        outcome.Stored is { } stored ? new Changed(stored.Tag) { Warnings = warnings } : outcome.Error!;

    private static BuildTemplateListItem View(Stored<BuildTemplate> stored) => new(
        stored.IdText, stored.Name, stored.UpdatedBy, stored.UpdatedAt, Credentials.Masked(stored.Value));
}
