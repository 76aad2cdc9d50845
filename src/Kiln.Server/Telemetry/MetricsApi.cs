using Kiln.Server.Http;
using Kiln.Server.Identity;

namespace Kiln.Server.Telemetry;

/// <summary><c>/metrics</c>, for whoever may read any project: the numbers name no project, build or person.</summary>
internal static class MetricsApi
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/metrics", GetAsync).Needs(Verb.Read, ProjectOf.System)
        .Says("getMetrics", "Server", "Show what the server measures, in Prometheus' text format")
        .Answers(typeof(string), "text/plain");

    private static async Task<IResult> GetAsync(PrometheusText text, StateGauges gauges, CancellationToken cancellationToken)
    {
        await gauges.LookAsync(cancellationToken);
        return TypedResults.Text(text.Write(), PrometheusText.MediaType);
    }
}
