using System.Net.Http.Headers;
using System.Net.Http.Json;
using Kiln.Contracts;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Tests.Fixtures;

namespace Kiln.Bench.Measures;

/// <summary>Speaks the agent's side of the runner protocol and runs nothing: every lease passes at once.</summary>
internal sealed class SimulatedAgent(HttpClient http, string token, string name, Action ended)
{
    private readonly AgentInfo _agent = new(
        $"simulated-{name}", name, "0.0.0", RunnerProtocol.Version, "linux", "x64", ["simulated"], Capacity: 1, ["shell"], Draining: false);

    /// <summary>Polls and reports until told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, RunnerProtocol.PollPath)
            {
                Content = JsonContent.Create(new PollRequest(_agent, []), KilnJson.Default.PollRequest),
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await http.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
            var reply = (await response.Content.ReadFromJsonAsync(KilnJson.Default.PollReply, cancellationToken))!;
            foreach (var lease in reply.Start)
            {
                RunEvent[] events =
                [
                    new RunEvent.Begun { Seq = 1, AtMs = 0 },
                    new RunEvent.Ended(RunStatus.Passed, "", "", 0, LogEnd: 0) { Seq = 2, AtMs = 0 },
                ];
                _ = await new RunnerVoice(http, lease.Key, lease.Token, pod: "").ReportAsync(0, default, events, cancellationToken)
                    ?? throw new InvalidOperationException($"The report of run {lease.Key.RunId} was refused.");
                ended();
            }
        }
    }
}
