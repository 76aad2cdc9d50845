using System.Diagnostics;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Runs;

/// <summary>Shows a run while it goes on: its log byte for byte, and why it waits while it does.</summary>
internal sealed class RunFollower(KilnClient client, Terminal terminal, TimeProvider time)
{
    // A run that starts at once, as most do, has nothing to explain.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Follows a run to its end. A server that goes away and comes back is waited for.</summary>
    /// <returns>The ended run, or why it could not be followed.</returns>
    public async Task<Answer<RunView>> FollowAsync(long runId, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = SayWhyItWaitsAsync(runId, over.Token);
        var ended = await ToTheEndAsync(runId, cancellationToken);
        await over.CancelAsync();
        await waiting;
        return ended;
    }

    private async Task<Answer<RunView>> ToTheEndAsync(long runId, CancellationToken cancellationToken)
    {
        // Whoever names a wrong run or server hears it at once.
        var seen = await client.GetRunAsync(runId, cancellationToken);
        if (seen is not Answer<RunView>.Ok)
        {
            return seen;
        }
        var position = new LogPosition();
        var absence = new Absence(terminal, client.Server, time);
        while (true)
        {
            var copied = await client.CopyLogAsync(runId, position, follow: true, terminal.RawOutput, cancellationToken);
            var run = copied is Answer<long>.Ok
                ? await client.GetRunAsync(runId, cancellationToken)
                : copied.Map<RunView>(static _ => throw new UnreachableException());
            switch (run)
            {
                // What a server that stopped left out comes with the next copy, so an empty one is the end.
                case Answer<RunView>.Ok { Value: var view } when RunVerdict.IsOver(view) && copied is Answer<long>.Ok { Value: 0 }:
                    return run;
                case Answer<RunView>.Ok:
                    absence.IsOver();
                    break;
                case Answer<RunView>.Unreachable or Answer<RunView>.Refused { Status: 503 }
                    when await absence.IsBearableAsync(cancellationToken):
                    break;
                default:
                    return run;
            }
        }
    }

    /// <summary>An extra for people: when it breaks, the log still decides.</summary>
    private async Task SayWhyItWaitsAsync(long runId, CancellationToken cancellationToken)
    {
        var said = "";
        try
        {
            await Task.Delay(Patience, time, cancellationToken);
            await foreach (var run in client.WatchRunAsync(runId, cancellationToken))
            {
                if (run.Status != RunStatus.Queued)
                {
                    return;
                }
                if (run.Message != said && run.Message.Length > 0)
                {
                    said = run.Message;
                    await terminal.Errors.WriteLineAsync($"kiln: run {runId} waits: {said}");
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or HttpRequestException or IOException)
        {
            // The log goes on without it.
        }
    }
}
