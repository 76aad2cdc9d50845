using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Builds;

/// <summary>The calls that show which builds a change of a template changes.</summary>
public static class TemplateBuildsApi
{
    public static IServiceCollection AddTemplateBuilds(this IServiceCollection services) => services
        .AddSingleton<TemplateBuilds>()
        .AddJson(TemplateUsersJson.Default);

    public static void MapTemplateBuilds(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/templates/builds/{name}/builds", OfBuildTemplateAsync).Needs(Verb.Read, ProjectOf.System)
            .Says("listBuildTemplateBuilds", "Build templates", "List the builds that a change of a build template changes");
        routes.MapGet("/openapi/templates/dockerfiles/{name}/builds", OfDockerfileAsync).Needs(Verb.Read, ProjectOf.System)
            .Says("listDockerfileTemplateBuilds", "Dockerfile templates", "List the builds that a change of a Dockerfile template changes");
    }

    private static Task<Results<Ok<TemplateUsers>, ApiError>> OfBuildTemplateAsync(
        string name, TemplateBuilds builds, Caller caller, CancellationToken cancellationToken) =>
        AnswerAsync("buildtemplate", "build template", name, builds, caller, cancellationToken);

    private static Task<Results<Ok<TemplateUsers>, ApiError>> OfDockerfileAsync(
        string name, TemplateBuilds builds, Caller caller, CancellationToken cancellationToken) =>
        AnswerAsync("dockerfile", "Dockerfile template", name, builds, caller, cancellationToken);

    private static async Task<Results<Ok<TemplateUsers>, ApiError>> AnswerAsync(
        string kind, string what, string name, TemplateBuilds builds, Caller caller, CancellationToken cancellationToken) =>
        await builds.FindAsync(kind, name, caller, cancellationToken) is { } users
            ? TypedResults.Ok(users)
            : ApiError.NotFound(404, $"There is no {what} \"{name}\".");
}
