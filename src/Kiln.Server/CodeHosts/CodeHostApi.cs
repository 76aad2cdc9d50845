using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.CodeHosts;

/// <summary>Calls for code hosts. Without <c>projectKey</c> they are about the system's.</summary>
public static class CodeHostApi
{
    private const string What = "code host";

    public static IServiceCollection AddCodeHosts(this IServiceCollection services) =>
        services.AddSingleton<CodeHostStore>().AddSingleton<CodeHostReader>();

    public static IEndpointRouteBuilder MapCodeHosts(this IEndpointRouteBuilder routes)
    {
        var hosts = routes.MapGroup("/openapi/system/codehosts");
        hosts.MapPost("", Create).Needs(Role.Admin);
        hosts.MapGet("", List);
        hosts.MapGet("/{name}", Get);
        hosts.MapPut("/{name}", Replace).Needs(Role.Admin);
        return routes;
    }

    private static async Task<Results<Changed, ApiError>> Create(
        HttpRequest request, CodeHostStore store, CodeHostReader reader, KnownProjects projects, Caller caller,
        CancellationToken cancellationToken)
    {
        var keys = await projects.KeysAsync(cancellationToken);
        return (await DefinitionCalls.CreateAsync(
            request, store, What, caller, body => reader.Read(body, keys), cancellationToken)).Answer;
    }

    private static async Task<Results<Ok<CodeHostList>, ApiError>> List(
        string? projectKey, HttpRequest request, CodeHostStore store, CancellationToken cancellationToken)
    {
        var (paging, error) = DefinitionCalls.Page(request);
        if (paging is null)
        {
            return error!;
        }
        var page = await store.PageAsync(projectKey ?? "", paging, request.Query["search"].ToString(), cancellationToken);
        return TypedResults.Ok(new CodeHostList(page.Total, [.. page.Items.Select(View)]));
    }

    private static async Task<Results<Ok<CodeHostView>, ApiError>> Get(
        string name, string? projectKey, HttpResponse response, CodeHostStore store, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(projectKey ?? "", name, cancellationToken) is not { } stored)
        {
            return await Missing(store, projectKey, name, cancellationToken);
        }
        response.Headers.ETag = stored.Tag.ToString();
        return TypedResults.Ok(View(stored));
    }

    private static async Task<Results<Changed, ApiError>> Replace(
        string name, string? projectKey, HttpRequest request, CodeHostStore store, CodeHostReader reader, Caller caller,
        CancellationToken cancellationToken)
    {
        var current = await store.GetAsync(projectKey ?? "", name, cancellationToken);
        var missing = await Missing(store, projectKey, name, cancellationToken);
        return (await DefinitionCalls.ReplaceAsync(
            request, store, current, missing, caller, reader.Read, cancellationToken)).Answer;
    }

    private static async Task<ApiError> Missing(
        CodeHostStore store, string? projectKey, string name, CancellationToken cancellationToken) =>
        DefinitionCalls.Missing(What, name, await store.AllAsync(projectKey ?? "", cancellationToken));

    private static CodeHostView View(Stored<CodeHost> stored)
    {
        var host = stored.Value;
        var secret = SecretField.Show(host.Secret);
        return new CodeHostView(
            stored.Id, host.Name, stored.ProjectKey, host.Type, host.Address, host.AuthType, host.Username,
            host.AuthType == "token" ? secret : "",
            host.AuthType == "password" ? secret : "",
            host.AuthType == "ssh_key" ? secret : "",
            host.KnownHosts, host.VerifyTls, host.Description, stored.UpdatedBy, stored.UpdatedAt);
    }
}
