using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Registries;

/// <summary>Calls for image registries.</summary>
public static class RegistryApi
{
    public static IServiceCollection AddRegistries(this IServiceCollection services) =>
        services.AddSingleton<RegistryStore>().AddSingleton<RegistryReader>();

    public static IEndpointRouteBuilder MapRegistries(this IEndpointRouteBuilder routes)
    {
        var registries = routes.MapGroup("/openapi/system/registry");
        registries.MapPost("", Create).Needs(Role.Admin);
        registries.MapGet("", List);
        registries.MapGet("/{id}", Get);
        registries.MapPut("/{id}", Replace).Needs(Role.Admin);
        return routes;
    }

    private static async Task<Results<Changed, ApiError>> Create(
        HttpRequest request, RegistryStore store, RegistryReader reader, Caller caller, CancellationToken cancellationToken) =>
        await SettleAsync(
            await DefinitionCalls.CreateAsync(request, store, "registry", caller, reader.Read, cancellationToken),
            store, caller, cancellationToken);

    private static async Task<Ok<IReadOnlyList<RegistryView>>> List(RegistryStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok<IReadOnlyList<RegistryView>>([.. (await store.AllAsync("", cancellationToken)).Select(View)]);

    private static async Task<Results<Ok<RegistryView>, ApiError>> Get(
        string id, HttpResponse response, RegistryStore store, CancellationToken cancellationToken)
    {
        var all = await store.AllAsync("", cancellationToken);
        if (all.FirstOrDefault(one => one.IdText == id) is not { } stored)
        {
            return Missing(id, all);
        }
        response.Headers.ETag = stored.Tag.ToString();
        return TypedResults.Ok(View(stored));
    }

    private static async Task<Results<Changed, ApiError>> Replace(
        string id, HttpRequest request, RegistryStore store, RegistryReader reader, Caller caller, CancellationToken cancellationToken)
    {
        var all = await store.AllAsync("", cancellationToken);
        return await SettleAsync(
            await DefinitionCalls.ReplaceAsync(
                request, store, all.FirstOrDefault(one => one.IdText == id), Missing(id, all), caller, reader.Read, cancellationToken),
            store, caller, cancellationToken);
    }

    private static async Task<Results<Changed, ApiError>> SettleAsync(
        Outcome<Registry> outcome, RegistryStore store, Caller caller, CancellationToken cancellationToken)
    {
        if (outcome.Stored is { Value.IsDefault: true } stored)
        {
            await store.KeepOneDefaultAsync(stored, caller.Name, cancellationToken);
        }
        return outcome.Answer;
    }

    private static ApiError Missing(string id, IReadOnlyList<Stored<Registry>> all) =>
        ApiError.NotFound(404, NearestNames.Sentence("registry with the id", id, all.Select(one => one.IdText)));

    private static RegistryView View(Stored<Registry> stored)
    {
        var registry = stored.Value;
        return new RegistryView(
            stored.IdText, registry.Address, registry.Provider, registry.Region, registry.Namespace, registry.IsDefault,
            registry.AccessKey, SecretField.Show(registry.SecretKey), registry.EnableTls, registry.TlsCert);
    }
}
