using System.Collections.Concurrent;
using System.Security.Cryptography;
using Kiln.Contracts;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kiln.Tests.Fixtures;

/// <summary>Speaks the server's side of the runner protocol on a real port and keeps everything in memory.</summary>
internal sealed class FakeKilnServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<LeaseKey, FakeAttempt> _attempts = [];
    private readonly ConcurrentDictionary<LeaseKey, FakeAttempt> _leased = [];
    private readonly ConcurrentQueue<StopOrder> _orders = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isAway;

    private FakeKilnServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>Every poll that came in.</summary>
    public ConcurrentQueue<PollRequest> Polls { get; } = [];

    public static async Task<FakeKilnServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(static options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, KilnJson.Default);
            options.SerializerOptions.PropertyNamingPolicy = KilnJson.Default.Options.PropertyNamingPolicy;
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FakeKilnServer(builder.Build());
        server.Map();
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Leases an attempt to whoever polls; again as long as nobody has reported it, since the poll that was
    /// answered may have been that of an agent that died.</summary>
    public FakeAttempt Lease(RunSpec spec, long fence = 1)
    {
        var attempt = Expect(spec, fence);
        _leased[attempt.Lease.Key] = attempt;
        Tell();
        return attempt;
    }

    /// <summary>Knows an attempt without leasing it: for adoption.</summary>
    public FakeAttempt Expect(RunSpec spec, long fence = 1)
    {
        var attempt = new FakeAttempt(new Lease(new LeaseKey(spec.RunId, spec.Attempt, fence), "run-token", spec));
        _attempts[attempt.Lease.Key] = attempt;
        return attempt;
    }

    public void Order(StopOrder order)
    {
        _orders.Enqueue(order);
        Tell();
    }

    /// <summary>Answers every call with 503 until <see cref="ComeBack"/>.</summary>
    public void GoAway() => _isAway = true;

    public void ComeBack() => _isAway = false;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Tell() => Interlocked.Exchange(
        ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private void Map()
    {
        _app.Use((context, next) =>
        {
            if (!_isAway)
            {
                return next(context);
            }
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        _app.MapPost(RunnerProtocol.PollPath, async (PollRequest poll, CancellationToken cancellationToken) =>
        {
            Polls.Enqueue(poll);
            while (true)
            {
                var news = Volatile.Read(ref _news).Task;
                var start = _leased.Values.Where(attempt => attempt.IsUnclaimed && !poll.Holding.Contains(attempt.Lease.Key));
                var reply = new PollReply(
                    [.. start.Select(static attempt => attempt.Lease)],
                    _orders.TryDequeue(out var order) ? [order] : [],
                    HoldSeconds: 30);
                if (reply.Start.Count + reply.Stop.Count > 0)
                {
                    return reply;
                }
                await news.WaitAsync(cancellationToken);
            }
        });
        _app.MapPost(RunnerProtocol.HeartbeatPath, async (HeartbeatRequest heartbeat, CancellationToken cancellationToken) =>
            _attempts.TryGetValue(heartbeat.Key, out var attempt) && !attempt.IsStale
                ? Results.Ok(await attempt.Pod.HearAsync(heartbeat, cancellationToken))
                : Results.Conflict());
        _app.MapPost(RunnerProtocol.SpecPath, (LeaseKey key) =>
            _attempts.TryGetValue(key, out var attempt) && !attempt.IsStale
                ? Results.Ok(attempt.Lease)
                : Results.Conflict());
        _app.MapPost(RunnerProtocol.ReportPath, async (HttpRequest request, CancellationToken cancellationToken) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, cancellationToken);
            return ReportFrameCodec.TryRead(body.ToArray(), out var frame)
                && _attempts.TryGetValue(frame.Head.Key, out var attempt)
                && await attempt.ReportAsync(frame.Head, frame.Log, cancellationToken) is
                    Kiln.Contracts.Protocol.ReportOutcome.Accepted accepted
                ? Results.Ok(accepted.Reply)
                : Results.Conflict();
        });
        _app.MapPut(RunnerProtocol.ArtifactPath + "{**path}", async (
            string path, long run, int attempt, long fence, string kind, string sha256, HttpRequest request,
            CancellationToken cancellationToken) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, cancellationToken);
            var artifact = new RunArtifact(path, kind, body.Length, sha256);
            if (Convert.ToHexStringLower(SHA256.HashData(body.ToArray())) != sha256)
            {
                return Results.BadRequest();
            }
            _attempts[new LeaseKey(run, attempt, fence)].Artifacts[path] = body.ToArray();
            return Results.Ok(artifact);
        });
    }
}
