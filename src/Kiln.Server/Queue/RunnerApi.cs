using System.Buffers;
using Kiln.Contracts.Protocol;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Queue.Pods;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Queue;

/// <summary>The runner protocol's calls; docs/runner-protocol.md has its guarantees.</summary>
internal static class RunnerApi
{
    private const string StaleMessage = "This lease is no longer valid: end everything of the run and report nothing.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(RunnerProtocol.PollPath, PollAsync).NeedsAgent();
        routes.MapPost(RunnerProtocol.SpecPath, SpecAsync).ChecksItsOwnToken();
        routes.MapPost(RunnerProtocol.HeartbeatPath, HeartbeatAsync).ChecksItsOwnToken();
        routes.MapPost(RunnerProtocol.ReportPath, ReportAsync).ChecksItsOwnToken().AcceptsBody(ReportFrameCodec.MaxFrameBytes);
    }

    private static async Task<Results<Ok<PollReply>, ApiError>> PollAsync(
        PollRequest poll, Dispatch dispatch, CancellationToken cancellationToken)
    {
        if (poll.Agent is not { AgentId.Length: > 0, Capacity: >= 0, Labels: not null, Shells: not null } || poll.Holding is null)
        {
            return ApiError.Invalid("agent", "A poll names its agent (agent_id, name, labels, shells, capacity) and what it holds.");
        }
        if (poll.Agent.Protocol < RunnerProtocol.Version - 1)
        {
            return ApiError.Invalid("agent.protocol",
                $"This server speaks the runner protocol {RunnerProtocol.Version} and the one before; "
                + $"the agent {poll.Agent.Name} speaks {poll.Agent.Protocol}. Update the agent.");
        }
        return TypedResults.Ok(await dispatch.PollAsync(poll, cancellationToken));
    }

    // An agent may ask for any lease, a pod for its own.
    private static async Task<Results<Ok<Lease>, ApiError>> SpecAsync(
        LeaseKey key,
        HttpContext context,
        RunTokens tokens,
        CallerTokens callers,
        Leases leases,
        PodLeases pods,
        CancellationToken cancellationToken)
    {
        var isPod = tokens.Accepts(key, context.Request);
        if (!isPod && callers.RequireAgent(context) is { } refusal)
        {
            return refusal;
        }
        var lease = isPod
            ? await pods.SpecAsync(key, context.Request.Headers[RunnerProtocol.PodHeader].ToString(), cancellationToken)
            : await leases.AgainAsync(key, cancellationToken);
        return lease is not null
            ? TypedResults.Ok(lease)
            : ApiError.Conflict(409, StaleMessage);
    }

    private static async Task<Results<Ok<HeartbeatReply>, ApiError>> HeartbeatAsync(
        HeartbeatRequest heartbeat, HttpRequest request, RunTokens tokens, Heartbeats heartbeats, CancellationToken cancellationToken)
    {
        if (heartbeat is not { Key: not null, NoticesHeard: >= 0 })
        {
            return ApiError.Invalid("key", "A heartbeat names its lease (key) and how many notices it has heard (0 or more).");
        }
        if (!tokens.Accepts(heartbeat.Key, request))
        {
            return ApiError.Unauthorized("This call needs the run token of the lease that it is about.");
        }
        return await heartbeats.AnswerAsync(heartbeat, cancellationToken) is { } reply
            ? TypedResults.Ok(reply)
            : ApiError.Conflict(409, StaleMessage);
    }

    private static async Task<Results<Ok<ReportReply>, ApiError>> ReportAsync(
        HttpRequest request, RunTokens tokens, RunReports reports, CancellationToken cancellationToken)
    {
        var (buffer, length) = await ReadAsync(request, cancellationToken);
        try
        {
            if (!ReportFrameCodec.TryRead(buffer.AsMemory(0, length), out var report)
                || report.Head is not { Key: not null, Events: not null })
            {
                return ApiError.Invalid("", "The body is not a report: 4 bytes of length, JSON, log bytes.");
            }
            if (!tokens.Accepts(report.Head.Key, request))
            {
                return ApiError.Unauthorized("This call needs the run token of the lease it reports for.");
            }
            return await reports.TakeAsync(report, cancellationToken) is { } reply
                ? TypedResults.Ok(reply)
                : ApiError.Conflict(409, StaleMessage);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<(byte[] Buffer, int Length)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(request.ContentLength + 1 ?? 65536, 1024, ReportFrameCodec.MaxFrameBytes + 1));
        var length = 0;
        while (true)
        {
            var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return (buffer, length);
            }
            length += read;
            if (length == buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }
    }
}
