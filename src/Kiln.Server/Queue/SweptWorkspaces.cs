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
        await RunSql.SaveAsync(
            session, gone.Key.RunId, gone.Key.Attempt, attempt.State,
            RunReducer.Apply(attempt.State, new RunFact.WorkspaceGone(gone.Message), now));
        if (await RunSql.GetAsync(session, gone.Key.RunId, attempt: null) is not { IsWaiting: true } waiting
            || waiting.State.Continues?.Attempt != gone.Key.Attempt)
        {
            return false;
        }
        var ended = RunReducer.Apply(
            waiting.State, new RunFact.CannotStart(RunReason.WorkspaceGone, $"{gone.Message} Retry the run from the beginning."), now);
        await RunSql.SaveAsync(session, waiting.RunId, waiting.Attempt, waiting.State, ended);
        return await QueueSql.RemoveAsync(session, waiting.RunId);
    }
}
