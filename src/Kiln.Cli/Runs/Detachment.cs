using System.Text.Json;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Runs;

/// <summary>What Ctrl-C does to a run that is followed: once leaves it running, twice cancels it.</summary>
internal sealed class Detachment(KilnClient client, Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    /// <summary>Says how to follow again, and waits a moment for the second Ctrl-C.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="second">Completes with the second Ctrl-C.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> LeaveAsync(long runId, Task second)
    {
        await terminal.Errors.WriteLineAsync(
            $"\nkiln: run {runId} goes on; kiln logs -f {runId} follows it again. Ctrl-C again within "
            + $"{Window.TotalSeconds} seconds cancels it.");
        using var over = new CancellationTokenSource();
        var first = await Task.WhenAny(second, Task.Delay(Window, time, over.Token));
        await over.CancelAsync();
        return first == second ? await CancelAsync(runId) : ExitCode.Interrupted;
    }

    private async Task<int> CancelAsync(long runId)
    {
        await terminal.Errors.WriteLineAsync($"kiln: cancelling run {runId}");
        var cancelled = await client.CancelRunAsync(runId, CancellationToken.None);
        if (cancelled is not Answer<JsonElement>.Ok)
        {
            return terminal.Explain(cancelled);
        }
        try
        {
            await foreach (var run in client.WatchRunAsync(runId, CancellationToken.None))
            {
                if (RunVerdict.IsOver(run))
                {
                    await terminal.Errors.WriteLineAsync($"kiln: run {runId} {RunSummary.Word(run.Status)}");
                    return RunVerdict.Of(run);
                }
            }
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            return terminal.Fail($"The server went away; kiln why {runId} tells how the run ended.", ExitCode.Infrastructure);
        }
        return ExitCode.Cancelled;
    }
}
