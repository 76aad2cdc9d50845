namespace Kiln.Server.Telemetry;

/// <summary>What the server tells about itself: metrics and traces.</summary>
internal static class TelemetrySlice
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        services
            .AddMetrics()
            .AddSingleton<KilnMetrics>()
            .AddSingleton<RunMeasures>()
            .AddSingleton<StateGauges>()
            .AddSingleton<PrometheusText>()
            .AddSingleton<RunTraces>()
            .AddHostedService(provider => provider.GetRequiredService<RunTraces>());
        return OpenTelemetryExport.IsWanted ? services.AddHostedService<OpenTelemetryExport>() : services;
    }

    /// <summary>Behind routing: the name of a call's span is its route.</summary>
    public static void UseTelemetry(this WebApplication app)
    {
        if (OpenTelemetryExport.IsWanted)
        {
            app.UseMiddleware<RequestSpans>();
        }
    }

    public static void MapTelemetry(this IEndpointRouteBuilder routes)
    {
        // Listens from the start on, not from the first scrape.
        routes.ServiceProvider.GetRequiredService<PrometheusText>();
        MetricsApi.Map(routes);
    }
}
