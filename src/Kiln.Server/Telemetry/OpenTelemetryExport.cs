using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Kiln.Server.Telemetry;

/// <summary>
/// Sends traces and metrics where the standard variables say (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and its kin); without them
/// nothing of it is even loaded.
/// </summary>
internal sealed class OpenTelemetryExport(StateGauges gauges, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(10);

    /// <summary>True when the environment names a receiver.</summary>
    public static bool IsWanted =>
        !string.Equals(Variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && (Sends("TRACES") || Sends("METRICS"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var traces = Sends("TRACES") ? Traces() : null;
        using var metrics = Sends("METRICS") ? Metrics() : null;
        using var timer = new PeriodicTimer(LookPeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await gauges.LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left is sent as the providers go.
        }
    }

    private static TracerProvider Traces() => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(Resource())
        .AddSource(RunTraces.SourceName, "Microsoft.AspNetCore")
        .AddOtlpExporter()
        .Build();

    private static MeterProvider Metrics() => Sdk.CreateMeterProviderBuilder()
        .SetResourceBuilder(Resource())
        .AddMeter(KilnMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime")
        .AddOtlpExporter()
        .Build();

    private static ResourceBuilder Resource()
    {
        var fromEnvironment = ResourceBuilder.CreateDefault();
        return Variable("OTEL_SERVICE_NAME") is { Length: > 0 } ? fromEnvironment : fromEnvironment.AddService("kiln");
    }

    private static bool Sends(string what) =>
        !string.Equals(Variable($"OTEL_{what}_EXPORTER"), "none", StringComparison.OrdinalIgnoreCase)
        && (Variable("OTEL_EXPORTER_OTLP_ENDPOINT") ?? Variable($"OTEL_EXPORTER_OTLP_{what}_ENDPOINT")) is { Length: > 0 };

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}
