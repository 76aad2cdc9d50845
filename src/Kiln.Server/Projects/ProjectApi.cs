using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Projects;

/// <summary>Calls for projects.</summary>
public static class ProjectApi
{
    public static IServiceCollection AddProjects(this IServiceCollection services) => services.AddSingleton<ProjectStore>();

    public static IEndpointRouteBuilder MapProjects(this IEndpointRouteBuilder routes)
    {
        var projects = routes.MapGroup("/openapi/projects/project");
        projects.MapPost("", Create).Needs(Role.Admin);
        projects.MapGet("", List);
        projects.MapGet("/detail", Detail);
        return routes;
    }

    private static async Task<Results<Changed, ApiError>> Create(
        HttpRequest request, ProjectStore store, Caller caller, CancellationToken cancellationToken) =>
        (await DefinitionCalls.CreateAsync(request, store, "project", caller, ProjectReader.Read, cancellationToken)).Answer;

    private static async Task<Results<Ok<ProjectList>, ApiError>> List(
        HttpRequest request, ProjectStore store, CancellationToken cancellationToken)
    {
        var (paging, error) = DefinitionCalls.Page(request);
        if (paging is null)
        {
            return error!;
        }
        var page = await store.PageAsync("", paging, request.Query["search"].ToString(), cancellationToken);
        return TypedResults.Ok(new ProjectList(page.Total, [.. page.Items.Select(stored => new ProjectListItem(
            stored.Value.ProjectName, stored.Name, stored.Value.Description, stored.Value.ProjectType))]));
    }

    private static async Task<Results<Ok<ProjectDetail>, ApiError>> Detail(
        string? projectKey, HttpResponse response, ProjectStore store, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(projectKey))
        {
            return ApiError.Invalid("projectKey", "Say which project.");
        }
        if (await store.GetAsync("", projectKey, cancellationToken) is not { } stored)
        {
            return DefinitionCalls.Missing("project", projectKey, await store.AllAsync("", cancellationToken));
        }
        response.Headers.ETag = stored.Tag.ToString();
        var project = stored.Value;
        return TypedResults.Ok(new ProjectDetail(
            project.ProjectName, stored.Name, project.IsPublic, project.Description, project.ProjectType,
            stored.CreatedAt, stored.CreatedBy));
    }
}
