using System.Text.Json.Serialization;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Http;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: it can do its work.</summary>
public static partial class HealthApi
{
    public static IServiceCollection AddHealth(this IServiceCollection services) =>
        services.AddSingleton<Readiness>().AddHostedService<ReadyNotice>().AddJson(HealthJson.Default);

    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", Healthy).Anonymous().Says("getHealth", "Server", "Say that the process answers");
        routes.MapGet("/readyz", Ready).Anonymous().Says("getReadiness", "Server", "Say whether the server can do its work; 503 until then");
        return routes;
    }

    private static Ok<HealthBody> Healthy() => TypedResults.Ok(new HealthBody("ok"));

    private static Results<Ok<HealthBody>, ApiError> Ready(Readiness readiness)
    {
        var waiting = readiness.Waiting;
        return waiting.Count == 0
            ? TypedResults.Ok(new HealthBody("ready"))
            : new ApiError(503, 503, string.Join(" ", waiting), []) { RetryAfterSeconds = 1 };
    }

    /// <summary>How the server is.</summary>
    /// <param name="Status"><c>ok</c> or <c>ready</c>.</param>
    internal sealed record HealthBody(string Status);

    [JsonSerializable(typeof(HealthBody))]
    private sealed partial class HealthJson : JsonSerializerContext;
}
