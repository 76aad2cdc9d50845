using Kiln.Contracts.Runs;
using Kiln.Server.Queue;

namespace Kiln.Server.Runs;

/// <summary>Reads pages of runs as the API shows them.</summary>
public sealed class RunLists(RunStore store, RunAnchors anchors, Waiting waiting)
{
    public async Task<RunListAnswer> ReadAsync(RunQuery query, CancellationToken cancellationToken)
    {
        var page = await store.ListAsync(query, cancellationToken);
        anchors.Read(page);
        var views = new List<RunView>(page.Runs.Count);
        foreach (var run in page.Runs)
        {
            views.Add(await waiting.ViewAsync(run, cancellationToken));
        }
        return new RunListAnswer(page.Total, views);
    }
}
