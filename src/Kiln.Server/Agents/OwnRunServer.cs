using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Queue;

namespace Kiln.Server.Agents;

/// <summary>Where a runner inside the server reports.</summary>
/// <param name="reports">Takes its reports.</param>
/// <param name="distant">Takes its artifacts, over HTTP.</param>
internal sealed class OwnRunServer(RunReports reports, IRunServer distant) : IRunServer
{
    public async Task<ReportOutcome> ReportAsync(ReportHead head, ReadOnlyMemory<byte> log, CancellationToken cancellationToken)
    {
        try
        {
            return await reports.TakeAsync(new ReportFrame(head, log), cancellationToken) is { } reply
                ? new ReportOutcome.Accepted(reply)
                : new ReportOutcome.Stale();
        }
        catch (Exception trouble) when (!cancellationToken.IsCancellationRequested)
        {
            return new ReportOutcome.Unreachable(trouble.Message);
        }
    }

    public Task<StoreOutcome> StoreAsync(RunArtifact artifact, Stream content, CancellationToken cancellationToken) =>
        distant.StoreAsync(artifact, content, cancellationToken);
}
