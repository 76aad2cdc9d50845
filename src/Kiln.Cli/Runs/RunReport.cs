using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Runs;

/// <summary>Follows a run and then says how it ended.</summary>
internal sealed class RunReport(KilnClient client, Terminal terminal)
{
    /// <summary>Shows log and summary of a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="authorization">The quoted header that the shown download command sends.</param>
    /// <param name="cancellationToken">Stops showing; the run goes on.</param>
    /// <returns>The exit code that the run's end means.</returns>
    public async Task<int> FollowAsync(long runId, string authorization, CancellationToken cancellationToken)
    {
        var ended = await new RunFollower(client, terminal, TimeProvider.System).FollowAsync(runId, cancellationToken);
        if (ended is not Answer<RunView>.Ok { Value: var run })
        {
            return terminal.Explain(ended);
        }
        var kept = await client.ListArtifactsAsync(runId, cancellationToken);
        if (kept is not Answer<RunArtifacts>.Ok { Value.Artifacts: var artifacts })
        {
            return terminal.Explain(kept);
        }
        await terminal.Output.WriteAsync(RunSummary.Of(run, artifacts, artifact =>
            $"curl -fsSO -H {authorization} {client.ArtifactAddress(runId, artifact.Path)}"));
        return RunVerdict.Of(run);
    }
}
