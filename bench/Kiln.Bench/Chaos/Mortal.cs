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
    public Task StrikeAsync(TimeSpan down, CancellationToken cancellationToken) =>
        StrikeAsync(down, kill, static _ => Task.CompletedTask, cancellationToken);

    /// <summary>Kills it in another way, and starts it anew after a while.</summary>
    /// <param name="down">How long it stays away.</param>
    /// <param name="otherKill">Kills it.</param>
    /// <param name="prepare">Brings back what it needs to be started.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task StrikeAsync(
        TimeSpan down,
        Func<CancellationToken, Task> otherKill,
        Func<CancellationToken, Task> prepare,
        CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await otherKill(cancellationToken);
            await Task.Delay(down, time, cancellationToken);
            await prepare(cancellationToken);
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
