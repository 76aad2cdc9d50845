using System.Net;
using System.Text;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;

namespace Kiln.Tests.Fixtures;

/// <summary>Speaks the runner protocol as the container that drives a pod does, with its run token, and does only what a test tells it.</summary>
internal sealed class FakePod(KilnApp app, LeaseKey key, string token, string? name = null)
{
    private readonly RunnerVoice _voice = new(
        app.Anonymous, key, token, name ?? $"kiln-{key.RunId}-{key.Attempt}-{key.Fence}-abcde");

    public LeaseKey Key => key;

    public string Token => token;

    public int NoticesHeard { get; set; }

    public Task<(HttpStatusCode Code, Lease? Lease)> SpecAsync() => _voice.SpecAsync(CancellationToken.None);

    public Task<(HttpStatusCode Code, HeartbeatReply? Reply)> HeartbeatAsync() => _voice.HeartbeatAsync(NoticesHeard, CancellationToken.None);

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

    public Task<ReportReply?> ReportAsync(long logOffset, string log, params RunEvent[] events) =>
        _voice.ReportAsync(logOffset, Encoding.UTF8.GetBytes(log), events, CancellationToken.None);
}
