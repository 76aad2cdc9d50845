using System.Buffers;
using System.IO.Pipelines;

namespace Kiln.Server.Kubernetes.Watching;

/// <summary>The lines of a watch, whole.</summary>
internal sealed class WatchLines(Stream stream) : IAsyncDisposable
{
    // The API server ends a watch after the five minutes it is asked for; one that says nothing for longer is dead.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private readonly PipeReader _reader = PipeReader.Create(stream);

    /// <summary>The next line; <c>null</c> = the connection has ended, in whatever way.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            while (true)
            {
                var read = await _reader.ReadAsync(patience.Token);
                if (read.Buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = read.Buffer.Slice(0, end).ToArray();
                    _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                    return line;
                }
                _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (read.IsCompleted)
                {
                    return null;
                }
            }
        }
        catch (Exception ended) when (!cancellationToken.IsCancellationRequested
            && ended is IOException or HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => _reader.CompleteAsync();
}
