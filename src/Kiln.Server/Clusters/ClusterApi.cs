using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Clusters;

/// <summary>Calls for clusters.</summary>
public static class ClusterApi
{
    public static IServiceCollection AddClusters(this IServiceCollection services) =>
        services.AddSingleton<ClusterStore>().AddSingleton<ClusterReader>();

    public static IEndpointRouteBuilder MapClusters(this IEndpointRouteBuilder routes)
    {
        var clusters = routes.MapGroup("/openapi/system/cluster");
        clusters.MapPost("", Create).Needs(Role.Admin);
        clusters.MapGet("", List);
        clusters.MapPut("/{id}", Replace).Needs(Role.Admin);
        return routes;
    }

    private static async Task<Results<Ok<ClusterCreated>, ApiError>> Create(
        HttpRequest request, ClusterStore store, ClusterReader reader, Caller caller, CancellationToken cancellationToken)
    {
        var (stored, error) = await DefinitionCalls.CreateAsync(
            request, store, "cluster", caller, reader.Read, cancellationToken);
        if (stored is null)
        {
            return error!;
        }
        request.HttpContext.Response.Headers.ETag = stored.Tag.ToString();
        return TypedResults.Ok(new ClusterCreated(View(stored)));
    }

    private static async Task<Ok<IReadOnlyList<ClusterView>>> List(ClusterStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok<IReadOnlyList<ClusterView>>([.. (await store.AllAsync("", cancellationToken)).Select(View)]);

    private static async Task<Results<Changed, ApiError>> Replace(
        string id, HttpRequest request, ClusterStore store, ClusterReader reader, Caller caller, CancellationToken cancellationToken)
    {
        var all = await store.AllAsync("", cancellationToken);
        var missing = ApiError.NotFound(404, NearestNames.Sentence("cluster with the id", id, all.Select(one => one.IdText)));
        return (await DefinitionCalls.ReplaceAsync(
            request, store, all.FirstOrDefault(one => one.IdText == id), missing, caller, reader.Read, cancellationToken)).Answer;
    }

    private static ClusterView View(Stored<Cluster> stored)
    {
        var cluster = stored.Value;
        return new ClusterView(
            stored.IdText, cluster.Name, cluster.Production, cluster.Description, cluster.Provider, stored.CreatedBy,
            stored.CreatedAt, cluster.Local, cluster.Type, SecretField.Show(cluster.KubeConfig), cluster.ProjectNames,
            cluster.Strategies);
    }
}
