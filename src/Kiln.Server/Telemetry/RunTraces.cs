using System.Diagnostics;
using System.Threading.Channels;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;
using Kiln.Server.Storage;

namespace Kiln.Server.Telemetry;

/// <summary>
/// Tells what a run did as spans of the trace of the call that started it: the wait in the queue, and every step. They are
/// made when the run has ended, from what is stored of it, so a restart in between costs none of them and a runner needs no
/// exporter. Nothing happens while nobody listens.
/// </summary>
public sealed partial class RunTraces(Database database, ILogger<RunTraces> logger) : BackgroundService
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Kiln";

    private const int MostWaiting = 10_000;

    private static readonly ActivitySource Source = new(SourceName);

    private readonly Channel<(long RunId, int Attempt)> _ended = Channel.CreateBounded<(long, int)>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>An attempt has ended.</summary>
    public void Ended(long runId, int attempt)
    {
        if (Source.HasListeners())
        {
            _ended.Writer.TryWrite((runId, attempt));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (runId, attempt) in _ended.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                if (await database.ReadAsync(session => RunSql.GetAsync(session, runId, attempt), stoppingToken) is { } run)
                {
                    Tell(run);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.Untold(logger, failure, runId);
            }
        }
    }

    private static void Tell(RunRecord run)
    {
        ActivityContext.TryParse(run.Plan.TraceParent, traceState: null, out var caller);
        var state = run.State;
        using var whole = Span($"run {run.Plan.BuildName}", caller, state.QueuedAt, state.EndedAt);
        if (whole is null)
        {
            return; // Not sampled.
        }
        whole.SetTag("kiln.run.id", run.RunId).SetTag("kiln.run.attempt", run.Attempt)
            .SetTag("kiln.project", run.Plan.ProjectKey).SetTag("kiln.build", run.Plan.BuildName)
            .SetTag("kiln.host", run.Host).SetTag("kiln.run.status", Words.Of(state.Status));
        if (state.Status != RunStatus.Passed)
        {
            whole.SetStatus(ActivityStatusCode.Error, state.Message);
        }
        Span("queue", whole.Context, state.QueuedAt, state.StartedAt > 0 ? state.StartedAt : state.EndedAt)?.Dispose();
        foreach (var step in state.Steps.Where(step => step.StartedAt > 0))
        {
            using var span = Span($"step {step.Name}", whole.Context, step.StartedAt, step.EndedAt > 0 ? step.EndedAt : state.EndedAt);
            if (step.Status is not (StepStatus.Passed or StepStatus.Skipped))
            {
                span?.SetStatus(ActivityStatusCode.Error, step.Message);
            }
        }
    }

    private static Activity? Span(string name, ActivityContext parent, long from, long to) => Source
        .StartActivity(name, ActivityKind.Internal, parent, startTime: DateTimeOffset.FromUnixTimeMilliseconds(from))
        ?.SetEndTime(DateTimeOffset.FromUnixTimeMilliseconds(to).UtcDateTime);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "What run {RunId} did cannot be told as a trace.")]
        public static partial void Untold(ILogger logger, Exception exception, long runId);
    }
}
