using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Queue.Hosts;

/// <summary>The hosts that have joined.</summary>
internal static class HostsApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/system/hosts", ListAsync).Needs(Verb.Read, ProjectOf.System)
            .Says("listHosts", "Hosts", "List the hosts that ever joined");
        routes.MapPost("/openapi/system/hosts/{host}/pause", PauseAsync).NeedsAdmin()
            .Says("pauseHost", "Hosts", "Keep new runs from a host; those it has go on");
        routes.MapPost("/openapi/system/hosts/{host}/resume", ResumeAsync).NeedsAdmin()
            .Says("resumeHost", "Hosts", "Let new runs come to a host again");
    }

    private static Task<Results<Changed, ApiError>> PauseAsync(
        string host, HostRoster roster, QueueBells bells, CancellationToken cancellationToken) =>
        SetAsync(host, isPaused: true, roster, bells, cancellationToken);

    private static Task<Results<Changed, ApiError>> ResumeAsync(
        string host, HostRoster roster, QueueBells bells, CancellationToken cancellationToken) =>
        SetAsync(host, isPaused: false, roster, bells, cancellationToken);

    private static async Task<Results<Changed, ApiError>> SetAsync(
        string host, bool isPaused, HostRoster roster, QueueBells bells, CancellationToken cancellationToken)
    {
        var meant = await roster.PauseAsync(host, isPaused, cancellationToken);
        foreach (var agentId in meant)
        {
            bells.Ring(agentId);
        }
        return meant.Count > 0
            ? new Changed(Tag: null)
            : ApiError.NotFound(404, NearestNames.Sentence("host called", host, roster.All().Select(known => known.Agent.Name)));
    }

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
        return new HostView(
            agent.AgentId, agent.Name, host.Status, agent.Labels, agent.Shells, agent.Capacity, active, agent.Os, agent.Arch,
            agent.Version, host.SeenAt / 1000);
    }
}
