using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>Takes an agent's word that kept workspaces are there no more: attempts that wait for one are over.</summary>
public sealed class SweptWorkspaces(Database database, RunSignals signals, QueueBells bells, TimeProvider time)
{
    /// <summary>Folds it into the attempts; repeating it changes nothing.</summary>
    internal async Task TakeAsync(string agentId, IReadOnlyList<SweptWorkspace> swept, CancellationToken cancellationToken)
    {
        foreach (var gone in swept)
        {
            var makesRoom = await database.WriteAsync(session => GoneAsync(session, agentId, gone), cancellationToken);
            signals.Changed(gone.Key.RunId);
            if (makesRoom)
            {
                bells.RingRoom();
            }
        }
    }

    private async ValueTask<bool> GoneAsync(SqlSession session, string agentId, SweptWorkspace gone)
    {
        if (await LeaseSql.FindAsync(session, gone.Key) is not { } attempt || attempt.AgentId != agentId || attempt.Key != gone.Key)
        {
            return false;
        }
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var makesRoom = await RunSql.GetAsync(session, gone.Key.RunId, attempt: null) is { IsWaiting: true } waiting
            && waiting.State.Continues?.Attempt == gone.Key.Attempt
            && await WaitingEnd.OfAsync(
                session, waiting,
                new RunFact.CannotStart(RunReason.WorkspaceGone, $"{gone.Message} Retry the run from the beginning."), now);
        var kept = (await RunSql.GetAsync(session, gone.Key.RunId, gone.Key.Attempt))!;
        await RunSql.SaveAsync(
            session, kept.RunId, kept.Attempt, kept.State, RunReducer.Apply(kept.State, new RunFact.WorkspaceGone(gone.Message), now));
        return makesRoom;
    }
}
