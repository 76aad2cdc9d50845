using System.Text.Json;
using Kiln.Contracts.Protocol;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue.Hosts;

/// <summary>A host as stored.</summary>
internal sealed record HostRow(AgentInfo Agent, long LastSeen, bool IsPaused);

/// <summary>Statements about hosts.</summary>
internal static class HostSql
{
    private const string Upsert = """
        insert into hosts (agent_id, name, info, last_seen) values (@1, @2, @3, @4)
        on conflict (agent_id) do update set name = excluded.name, info = excluded.info, last_seen = excluded.last_seen
        """;

    public static async ValueTask<bool> SaveAsync(SqlSession session, AgentInfo agent, long now)
    {
        await session.ExecuteAsync(
            Upsert, agent.AgentId, agent.Name, JsonSerializer.Serialize(agent, HostJson.Default.AgentInfo), now);
        await session.ExecuteAsync("delete from host_offers where agent_id = @1", agent.AgentId);
        foreach (var offer in Needs.Offers(agent))
        {
            await session.ExecuteAsync("insert into host_offers (agent_id, offer) values (@1, @2)", agent.AgentId, offer);
        }
        return true;
    }

    public static ValueTask<int> TouchAsync(SqlSession session, string agentId, long now) =>
        session.ExecuteAsync("update hosts set last_seen = @2 where agent_id = @1", agentId, now);

    /// <summary>Sets whether runs are kept from a host; the rows changed.</summary>
    public static ValueTask<int> PauseAsync(SqlSession session, string agentId, bool isPaused) =>
        session.ExecuteAsync("update hosts set paused = @2 where agent_id = @1", agentId, isPaused ? 1 : 0);

    public static ValueTask<List<HostRow>> ListAsync(SqlSession session) => session.QueryAsync(
        "select info, last_seen, paused from hosts order by name, agent_id",
        static row => new HostRow(
            JsonSerializer.Deserialize(row.GetString(0), HostJson.Default.AgentInfo)!, row.GetInt64(1), row.GetInt64(2) != 0));
}
