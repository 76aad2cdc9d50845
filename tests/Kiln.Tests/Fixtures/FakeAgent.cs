using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Kiln.Contracts;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;

namespace Kiln.Tests.Fixtures;

/// <summary>Speaks the runner protocol as an agent with its runners does, and does only what a test tells it.</summary>
public sealed class FakeAgent(KilnApp app, string name = "host-1", int capacity = 8)
{
    private readonly HttpClient _client = app.Client(app.AgentToken);
    private int _announced;

    public AgentInfo Info { get; set; } = new(
        name, name, "1.0", RunnerProtocol.Version, "linux", "x64", Labels: [], capacity, Shells: ["shell"], Draining: false);

    public List<LeaseKey> Holding { get; } = [];

    /// <summary>Kept workspaces that it tells to be gone.</summary>
    public List<SweptWorkspace> Swept { get; } = [];

    /// <summary>An agent that the server knows: unlike a newcomer's, its poll is held while there is nothing to say.</summary>
    public static async Task<FakeAgent> KnownAsync(KilnApp app, string name = "host-1", int capacity = 8)
    {
        var agent = new FakeAgent(app, name, capacity);
        Assert.Empty((await agent.PollAsync()).Start);
        return agent;
    }

    /// <summary>One poll; what it starts is held from then on.</summary>
    public async Task<PollReply> PollAsync(CancellationToken cancellationToken = default)
    {
        using var response = await _client.PostAsJsonAsync(
            RunnerProtocol.PollPath, new PollRequest(Info, [.. Holding], Swept.Count > 0 ? Swept : null), KilnJson.Default.PollRequest, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var reply = (await response.Content.ReadFromJsonAsync(KilnJson.Default.PollReply, cancellationToken))!;
        Holding.AddRange(reply.Start.Select(lease => lease.Key).Except(Holding));
        return reply;
    }

    /// <summary>Polls until it gets something to start.</summary>
    public async Task<Lease> TakeAsync()
    {
        var reply = await PollAsync();
        // The first poll of a newcomer is answered at once, with or without work.
        return Assert.Single(reply.Start.Count > 0 ? reply.Start : (await PollAsync()).Start);
    }

    /// <summary>One poll that is answered at once, whatever there is to do: it names an attempt that nobody knows, and is told so.</summary>
    public async Task<PollReply> AnnounceAsync()
    {
        var unknown = new LeaseKey(long.MaxValue, 1, ++_announced);
        Holding.Add(unknown);
        var reply = await PollAsync();
        Holding.Remove(unknown);
        return reply;
    }

    public async Task<HttpResponseMessage> SpecAsync(LeaseKey key) =>
        await _client.PostAsJsonAsync(RunnerProtocol.SpecPath, key, KilnJson.Default.LeaseKey);

    public async Task<ReportReply> ReportAsync(Lease lease, long logOffset, string log, params RunEvent[] events)
    {
        using var response = await SendAsync(lease.Key, lease.Token, logOffset, Encoding.UTF8.GetBytes(log), events);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync(KilnJson.Default.ReportReply))!;
    }

    public async Task<HttpResponseMessage> SendAsync(
        LeaseKey key, string token, long logOffset, ReadOnlyMemory<byte> log, params RunEvent[] events)
    {
        var head = ReportFrameCodec.WriteHead(new ReportHead(key, events, logOffset));
        var request = new HttpRequestMessage(HttpMethod.Post, RunnerProtocol.ReportPath)
        {
            Content = new ByteArrayContent([.. head.Span, .. log.Span]),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(RunnerProtocol.ReportMediaType);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await app.Anonymous.SendAsync(request);
    }

    /// <summary>Runs a leased script run to its passed end, in one report.</summary>
    public async Task<ReportReply> PassAsync(Lease lease, string log = "hi\n")
    {
        var length = Encoding.UTF8.GetByteCount(log);
        var reply = await ReportAsync(lease, 0, log, Passed(length));
        Holding.Remove(lease.Key);
        return reply;
    }

    /// <summary>Runs a leased script run to its failed end; its workspace is kept for the given time.</summary>
    public async Task FailAsync(Lease lease, DateTimeOffset? keptUntil)
    {
        RunEvent[] events = [.. Passed(0)[..2], new RunEvent.StepEnded("script", StepStatus.Failed, 0, "It failed.") { Seq = 3, AtMs = 0 }];
        events = keptUntil is { } until
            ? [.. events, new RunEvent.WorkspaceKept(4096, until.ToUnixTimeMilliseconds()) { Seq = 4, AtMs = 0 }]
            : events;
        await ReportAsync(lease, 0, "",
        [
            .. events,
            new RunEvent.Ended(RunStatus.Failed, RunReason.ScriptFailed, "It failed.", 1, 0) { Seq = events.Length + 1, AtMs = 0 },
        ]);
        Holding.Remove(lease.Key);
    }

    /// <summary>The events of a script run that passes.</summary>
    public static RunEvent[] Passed(long logEnd) => RunnerVoice.Passed(logEnd);
}
