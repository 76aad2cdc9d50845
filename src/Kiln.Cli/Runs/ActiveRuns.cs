using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Runs;

/// <summary>The runs that are under way on a server which is about to be stopped.</summary>
internal sealed class ActiveRuns(KilnClient client, Terminal terminal)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Cancels what runs on this machine and waits until it has ended; what is queued stays queued.</summary>
    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var runs = new List<RunView>();
            foreach (var status in (string[])["prepare", "running"])
            {
                if (await client.ListRunsAsync($"status={status}&pageSize=1000", patience.Token) is Answer<RunPage>.Ok { Value: var page })
                {
                    runs.AddRange(page.Runs.Where(run => run.Host == Environment.MachineName));
                }
            }
            if (runs.Count > 0)
            {
                await terminal.Errors.WriteLineAsync($"kiln: stopping {(runs.Count == 1 ? "a run" : $"{runs.Count} runs")}");
            }
            await Task.WhenAll(runs.Select(run => StopAsync(run.RunId, patience.Token)));
        }
        catch (OperationCanceledException)
        {
            await terminal.Errors.WriteLineAsync("kiln: some runs have not ended yet; the next start takes them up again.");
        }
    }

    private async Task StopAsync(long runId, CancellationToken cancellationToken)
    {
        await client.CancelRunAsync(runId, cancellationToken);
        await client.CopyLogAsync(runId, follow: true, Stream.Null, cancellationToken);
    }
}
