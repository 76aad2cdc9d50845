using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Kiln.Contracts;
using Kiln.Contracts.Protocol;
using Kiln.Runner.Courier;

namespace Kiln.Agent.Polling;

/// <summary>A Kiln server over HTTP. <paramref name="http"/> has the server's address as its base, and no timeout of its own, since
/// polls are held.</summary>
/// <param name="http">See there.</param>
/// <param name="token">The agent's.</param>
public sealed class HttpAgentServer(HttpClient http, string token) : IAgentServer
{
    // Shorter than the silence that a server bears with: a call that the network lost is to be made again within it.
    private static readonly TimeSpan SpecPatience = TimeSpan.FromSeconds(10);

    private readonly AuthenticationHeaderValue _token = new("Bearer", token);

    public Task<AgentCall<PollReply>> PollAsync(
        PollRequest poll, TimeSpan patience, CancellationToken cancellationToken) =>
        CallAsync(
            RunnerProtocol.PollPath, poll, KilnJson.Default.PollRequest, KilnJson.Default.PollReply, patience,
            cancellationToken);

    public Task<AgentCall<Lease>> SpecAsync(LeaseKey key, CancellationToken cancellationToken) =>
        CallAsync(
            RunnerProtocol.SpecPath, key, KilnJson.Default.LeaseKey, KilnJson.Default.Lease, SpecPatience,
            cancellationToken);

    public IRunServer ServerOf(Lease lease) => new HttpRunServer(http, lease);

    /// <summary>Holds one heartbeat of a runner without an agent; the token is then the run's.</summary>
    public Task<AgentCall<HeartbeatReply>> HeartbeatAsync(
        HeartbeatRequest heartbeat, TimeSpan patience, CancellationToken cancellationToken) =>
        CallAsync(
            RunnerProtocol.HeartbeatPath, heartbeat, KilnJson.Default.HeartbeatRequest, KilnJson.Default.HeartbeatReply, patience,
            cancellationToken);

    private async Task<AgentCall<TReply>> CallAsync<TRequest, TReply>(
        string path,
        TRequest body,
        JsonTypeInfo<TRequest> bodyType,
        JsonTypeInfo<TReply> replyType,
        TimeSpan patience,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, bodyType) };
        request.Headers.Authorization = _token;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            using var response = await http.SendAsync(request, limit.Token);
            return response.StatusCode switch
            {
                HttpStatusCode.OK when await response.Content.ReadFromJsonAsync(replyType, limit.Token) is { } reply =>
                    new AgentCall<TReply>.Answered(reply),
                HttpStatusCode.Conflict => new AgentCall<TReply>.Stale(),
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest =>
                    new AgentCall<TReply>.Refused(
                        (await response.Content.ReadFromJsonAsync(KilnJson.Default.Refusal, limit.Token))?.Description
                            ?? $"HTTP {(int)response.StatusCode}"),
                _ => new AgentCall<TReply>.Unreachable($"HTTP {(int)response.StatusCode}"),
            };
        }
        catch (Exception trouble) when (NetworkTrouble.Is(trouble, cancellationToken))
        {
            return new AgentCall<TReply>.Unreachable(NetworkTrouble.Words(trouble));
        }
    }
}
