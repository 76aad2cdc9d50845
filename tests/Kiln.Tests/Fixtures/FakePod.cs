using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Kiln.Contracts;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;

namespace Kiln.Tests.Fixtures;

/// <summary>Speaks the runner protocol as the container that drives a pod does, with its run token, and does only what a test tells it.</summary>
internal sealed class FakePod
{
    private readonly LeaseKey _key;
    private readonly HttpClient _client;

    public FakePod(KilnApp app, LeaseKey key, string token, string? name = null)
    {
        _key = key;
        _client = app.Client(token);
        _client.DefaultRequestHeaders.Add(RunnerProtocol.PodHeader, name ?? $"kiln-{key.RunId}-{key.Attempt}-{key.Fence}-abcde");
    }

    public LeaseKey Key => _key;

    public int NoticesHeard { get; set; }

    public async Task<(HttpStatusCode Code, Lease? Lease)> SpecAsync()
    {
        using var response = await _client.PostAsJsonAsync(RunnerProtocol.SpecPath, _key, KilnJson.Default.LeaseKey);
        return (response.StatusCode, response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync(KilnJson.Default.Lease)
            : null);
    }

    public async Task<(HttpStatusCode Code, HeartbeatReply? Reply)> HeartbeatAsync()
    {
        using var response = await _client.PostAsJsonAsync(
            RunnerProtocol.HeartbeatPath, new HeartbeatRequest(_key, NoticesHeard), KilnJson.Default.HeartbeatRequest);
        return (response.StatusCode, response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync(KilnJson.Default.HeartbeatReply)
            : null);
    }

    /// <summary>Sends heartbeats until an answer is so.</summary>
    public async Task<HeartbeatReply> UntilAsync(Func<HeartbeatReply, bool> isSo)
    {
        while (true)
        {
            var (code, reply) = await HeartbeatAsync();
            Assert.Equal(HttpStatusCode.OK, code);
            NoticesHeard += reply!.Notices.Count;
            if (isSo(reply))
            {
                return reply;
            }
        }
    }

    public async Task<ReportReply?> ReportAsync(long logOffset, string log, params RunEvent[] events)
    {
        var head = ReportFrameCodec.WriteHead(new ReportHead(_key, events, logOffset));
        using var content = new ByteArrayContent([.. head.Span, .. System.Text.Encoding.UTF8.GetBytes(log)]);
        content.Headers.ContentType = new MediaTypeHeaderValue(RunnerProtocol.ReportMediaType);
        using var response = await _client.PostAsync(RunnerProtocol.ReportPath, content);
        return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync(KilnJson.Default.ReportReply) : null;
    }
}
