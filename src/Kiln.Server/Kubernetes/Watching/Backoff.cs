namespace Kiln.Server.Kubernetes.Watching;

/// <summary>Growing pauses after trouble, so that a cluster that comes back is not met by everybody at once.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private TimeSpan _next = First;

    /// <summary>The pause after this failure.</summary>
    public TimeSpan Next()
    {
        var pause = _next;
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        // Between half and the whole of it.
        return pause * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(Next(), time, cancellationToken);

    /// <summary>It works again.</summary>
    public void Reset() => _next = First;
}
