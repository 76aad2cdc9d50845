using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Services;

/// <summary>Calls for services.</summary>
public static class ServiceApi
{
    public static IServiceCollection AddServices(this IServiceCollection services) => services.AddSingleton<ServiceStore>();

    public static IEndpointRouteBuilder MapServices(this IEndpointRouteBuilder routes)
    {
        var services = routes.MapGroup("/openapi/services");
        services.MapPost("", Create);
        services.MapGet("", List);
        return routes;
    }

    private static async Task<Results<Changed, ApiError>> Create(
        HttpRequest request, ServiceStore store, KnownProjects projects, Caller caller, CancellationToken cancellationToken)
    {
        var keys = await projects.KeysAsync(cancellationToken);
        return (await DefinitionCalls.CreateAsync(
            request, store, "service", caller, body => Read(body, keys), cancellationToken)).Answer;
    }

    private static async Task<Results<Ok<ServiceList>, ApiError>> List(
        string? projectKey, HttpRequest request, ServiceStore store, CancellationToken cancellationToken)
    {
        var (paging, error) = DefinitionCalls.Page(request);
        if (paging is null)
        {
            return error!;
        }
        if (string.IsNullOrEmpty(projectKey))
        {
            return ApiError.Invalid("projectKey", "Say which project.");
        }
        var page = await store.PageAsync(projectKey, paging, request.Query["search"].ToString(), cancellationToken);
        return TypedResults.Ok(new ServiceList(page.Total, [.. page.Items.Select(stored => stored.Value)]));
    }

    private static Draft<Service> Read(BodyObject body, IReadOnlyList<string> projects)
    {
        var name = NameRules.Read(body, "service_name");
        return new(KnownProjects.Read(body, Presence.Filled, projects), name, new Service
        {
            ServiceName = name,
            Description = body.Text("description", Presence.Optional),
            Containers = body.Objects("containers", Presence.Optional, container =>
            {
                var module = NameRules.Read(container, "name");
                return new ServiceContainer(
                    module,
                    container.Text("image", Presence.Optional),
                    container.Text("image_name", Presence.Optional, module));
            }),
        });
    }
}
