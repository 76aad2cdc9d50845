namespace Kiln.Cli.Runs;

/// <summary>A server that was there and is away: how long it is waited for.</summary>
internal sealed class Absence(Terminal terminal, Uri server, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long? _since;

    /// <summary>It answered.</summary>
    public void IsOver() => _since = null;

    /// <summary>Waits a moment, unless it has been away for too long.</summary>
    /// <returns>True: ask again.</returns>
    public async Task<bool> IsBearableAsync(CancellationToken cancellationToken)
    {
        if (_since is null)
        {
            _since = time.GetTimestamp();
            await terminal.Errors.WriteLineAsync($"kiln: {server} went away; the run goes on, and so does this when it is back");
        }
        if (time.GetElapsedTime(_since.Value) > Longest)
        {
            return false;
        }
        await Task.Delay(Pause, time, cancellationToken);
        return true;
    }
}
