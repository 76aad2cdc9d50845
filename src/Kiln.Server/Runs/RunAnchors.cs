using System.Threading.Channels;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>
/// Sets anchors in the lists that are asked for, every so many runs: the first time a long list is read it is counted, after
/// that only what has come since. Only lists that somebody reads have any.
/// </summary>
public sealed partial class RunAnchors(Database database, ILogger<RunAnchors> logger) : BackgroundService
{
    /// <summary>Runs from one anchor to the next.</summary>
    internal const int Step = 500;

    /// <summary>Runs at the top of a list that have none: they still change.</summary>
    internal const int Top = 1000;

    /// <summary>Runs without an anchor from which a list wants some.</summary>
    internal const int Many = Top + (2 * Step);

    // Bounds one transaction: others wait for it.
    private const int Chunk = 10_000;

    private readonly Channel<RunFilter> _wanted = Channel.CreateBounded<RunFilter>(
        new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>A page was read; when its list has grown, anchors are set soon.</summary>
    internal void Read(RunPage page)
    {
        foreach (var filter in page.Grown)
        {
            _wanted.Writer.TryWrite(filter);
        }
    }

    /// <summary>Sets the anchors that a list lacks.</summary>
    internal async Task SetAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        while (await database.WriteAsync(session => SetChunkAsync(session, filter), cancellationToken))
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var filter in _wanted.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await SetAsync(filter, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The list is right without them, only slower; it is asked for again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Log.Failed(logger, failure);
            }
        }
    }

    private static async ValueTask<bool> SetChunkAsync(SqlSession session, RunFilter filter)
    {
        var last = await RunAnchorSql.LastAsync(session, filter) ?? new RunAnchor(0, 0);
        var ids = await RunListSql.IdsAboveAsync(session, filter, last.RunId, Chunk);
        for (var i = Step; i <= ids.Count - Top; i += Step)
        {
            await RunAnchorSql.InsertAsync(session, filter, new RunAnchor(ids[i - 1], last.Ordinal + i));
        }
        return ids.Count == Chunk;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A long list of runs could not be counted ahead; it is tried again.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
