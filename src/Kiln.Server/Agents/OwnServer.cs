using Kiln.Agent;
using Kiln.Agent.Polling;
using Kiln.Contracts.Protocol;
using Kiln.Server.Http;
using Kiln.Server.Queue;

namespace Kiln.Server.Agents;

/// <summary>
/// The server as the agent inside it sees it: polls and reports are calls of methods, with what HTTP would add left out.
/// Artifacts, which are few and large, take the way of every other agent.
/// </summary>
internal sealed class OwnServer(Dispatch dispatch, Leases leases, RunReports reports, PublicAddress address) : IAgentServer, IDisposable
{
    // Not before the server listens is its address known.
    private readonly Lazy<HttpClient> _http = new(() => AgentHost.CreateClient(address.Local));

    public async Task<AgentCall<PollReply>> PollAsync(
        PollRequest poll, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return new AgentCall<PollReply>.Answered(await dispatch.PollAsync(poll, cancellationToken));
        }
        catch (Exception trouble) when (!cancellationToken.IsCancellationRequested)
        {
            return new AgentCall<PollReply>.Unreachable(trouble.Message);
        }
    }

    public async Task<AgentCall<Lease>> SpecAsync(LeaseKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await leases.AgainAsync(key, cancellationToken) is { } lease
                ? new AgentCall<Lease>.Answered(lease)
                : new AgentCall<Lease>.Stale();
        }
        catch (Exception trouble) when (!cancellationToken.IsCancellationRequested)
        {
            return new AgentCall<Lease>.Unreachable(trouble.Message);
        }
    }

    // Artifacts need no token of an agent, only the run's.
    public IRunServer ServerOf(Lease lease) =>
        new OwnRunServer(reports, new HttpAgentServer(_http.Value, token: "").ServerOf(lease));

    public void Dispose()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
    }
}
