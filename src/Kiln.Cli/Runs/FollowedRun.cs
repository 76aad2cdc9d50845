using Kiln.Contracts.Client;

namespace Kiln.Cli.Runs;

/// <summary>A run that somebody watches to its end, and may leave or cancel.</summary>
internal sealed class FollowedRun(KilnClient client, Terminal terminal, Interrupt interrupt)
{
    /// <summary>Shows log and summary.</summary>
    /// <returns>The exit code of the run's end, or of the leaving.</returns>
    public async Task<int> FollowAsync(long runId, CancellationToken cancellationToken)
    {
        var second = interrupt.SecondAsync();
        try
        {
            return await new RunReport(client, terminal)
                .FollowAsync(runId, "\"Authorization: Bearer $KILN_TOKEN\"", cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && interrupt.IsByHand)
        {
            return await new Detachment(client, terminal, TimeProvider.System).LeaveAsync(runId, second);
        }
    }
}
