namespace Kiln.Bench.Chaos;

/// <summary>Something that is killed and comes back. One blow at a time: what is down already is not struck again.</summary>
/// <param name="kill">Kills it.</param>
/// <param name="revive">Starts it anew.</param>
/// <param name="time">Clock.</param>
internal sealed class Mortal(Func<CancellationToken, Task> kill, Func<CancellationToken, Task> revive, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Something that is not there cannot be killed.</summary>
    public static Mortal Nobody(TimeProvider time) => new(static _ => Task.CompletedTask, static _ => Task.CompletedTask, time);

    /// <summary>Kills it, and starts it anew after a while.</summary>
    public async Task StrikeAsync(TimeSpan down, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await kill(cancellationToken);
            await Task.Delay(down, time, cancellationToken);
            await revive(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Waits until it is not down.</summary>
    public async Task StandsAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        _gate.Release();
    }

    public void Dispose() => _gate.Dispose();
}
