using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.ObjectStorages;

/// <summary>Calls for object storages.</summary>
public static class ObjectStorageApi
{
    public static IServiceCollection AddObjectStorages(this IServiceCollection services) =>
        services.AddSingleton<ObjectStorageStore>();

    public static IEndpointRouteBuilder MapObjectStorages(this IEndpointRouteBuilder routes)
    {
        var storages = routes.MapGroup("/openapi/system/object-storages");
        storages.MapPost("", Create).Needs(Role.Admin);
        storages.MapGet("", List);
        return routes;
    }

    private static async Task<Results<Changed, ApiError>> Create(
        HttpRequest request, ObjectStorageStore store, SecretVault vault, Caller caller, CancellationToken cancellationToken) =>
        (await DefinitionCalls.CreateAsync(
            request, store, "object storage", caller, body => Read(body, vault), cancellationToken)).Answer;

    private static async Task<Results<Ok<ObjectStorageList>, ApiError>> List(
        HttpRequest request, ObjectStorageStore store, CancellationToken cancellationToken)
    {
        var (paging, error) = DefinitionCalls.Page(request);
        if (paging is null)
        {
            return error!;
        }
        var page = await store.PageAsync("", paging, request.Query["search"].ToString(), cancellationToken);
        return TypedResults.Ok(new ObjectStorageList(page.Total, [.. page.Items.Select(View)]));
    }

    private static ObjectStorageView View(Stored<ObjectStorage> stored)
    {
        var storage = stored.Value;
        return new ObjectStorageView(
            stored.IdText, storage.Name, storage.Endpoint, storage.Bucket, storage.Subfolder, storage.Region, storage.Ak,
            SecretField.Show(storage.Sk), storage.Insecure, storage.IsDefault, stored.UpdatedBy, stored.UpdatedAt);
    }

    private static Draft<ObjectStorage> Read(BodyObject body, SecretVault vault)
    {
        var name = NameRules.Read(body, "name");
        return new("", name, new ObjectStorage
        {
            Name = name,
            Endpoint = body.Text("endpoint", Presence.Filled).Trim().TrimEnd('/'),
            Bucket = body.Text("bucket", Presence.Filled).Trim(),
            Subfolder = body.Text("subfolder", Presence.Optional).Trim('/'),
            Region = body.Text("region", Presence.Optional),
            Ak = body.Text("ak", Presence.Filled),
            Sk = SecretField.Read(body, "sk", Presence.Filled, current: "", vault),
            Insecure = body.Flag("insecure", fallback: false),
            IsDefault = body.Flag("is_default", fallback: false),
        });
    }
}
