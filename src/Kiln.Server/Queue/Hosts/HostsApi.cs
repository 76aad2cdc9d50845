using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Queue.Hosts;

/// <summary>The hosts that have joined.</summary>
internal static class HostsApi
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/openapi/system/hosts", ListAsync)
        .Needs(Verb.Read, ProjectOf.System)
        .Says("listHosts", "Hosts", "List the hosts that ever joined");

    private static async Task<Ok<HostList>> ListAsync(
        HostRoster roster, Database database, CancellationToken cancellationToken)
    {
        var active = await database.ReadAsync(
            session => session.QueryAsync(
                "select agent_id, count(*) from queue where agent_id > '' group by agent_id",
                static row => (AgentId: row.GetString(0), Count: row.GetInt32(1))),
            cancellationToken);
        var hosts = roster.All();
        var views = new HostView[hosts.Count];
        for (var i = 0; i < views.Length; i++)
        {
            views[i] = View(hosts[i], active.Find(entry => entry.AgentId == hosts[i].Agent.AgentId).Count);
        }
        return TypedResults.Ok(new HostList(views.Length, views));
    }

    private static HostView View(HostPresence host, int active)
    {
        var agent = host.Agent;
        var status = !host.IsReachable ? "unreachable" : agent.Draining ? "draining" : "online";
        return new HostView(
            agent.AgentId, agent.Name, status, agent.Labels, agent.Shells, agent.Capacity, active, agent.Os, agent.Arch,
            agent.Version, host.SeenAt / 1000);
    }
}
