using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Runs;

/// <summary>Shows a run while it goes on: its log byte for byte, and why it waits while it does.</summary>
internal sealed class RunFollower(KilnClient client, Terminal terminal)
{
    // A run that starts at once, as most do, has nothing to explain.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Follows a run to its end.</summary>
    /// <returns>The ended run, or why it could not be followed.</returns>
    public async Task<Answer<RunView>> FollowAsync(long runId, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = SayWhyItWaitsAsync(runId, over.Token);
        var log = await client.CopyLogAsync(runId, follow: true, terminal.RawOutput, cancellationToken);
        await over.CancelAsync();
        await waiting;
        return log switch
        {
            Answer<long>.Refused refused => new Answer<RunView>.Refused(refused.Status, refused.Description),
            Answer<long>.Unreachable unreachable => new Answer<RunView>.Unreachable(unreachable.Message),
            _ => await client.GetRunAsync(runId, cancellationToken),
        };
    }

    /// <summary>An extra for people: when it breaks, the log still decides.</summary>
    private async Task SayWhyItWaitsAsync(long runId, CancellationToken cancellationToken)
    {
        var said = "";
        try
        {
            await Task.Delay(Patience, TimeProvider.System, cancellationToken);
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
