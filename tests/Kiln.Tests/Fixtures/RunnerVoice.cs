using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Kiln.Contracts;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;

namespace Kiln.Tests.Fixtures;

/// <summary>The calls of a runner with its run token, as the container <c>kiln</c> of a pod makes them: one at a time, as they are told.</summary>
/// <param name="http">Leads to the server; may be shared.</param>
/// <param name="key">The lease.</param>
/// <param name="token">The run token.</param>
/// <param name="pod">Name of the pod; empty = it has none.</param>
public sealed class RunnerVoice(HttpClient http, LeaseKey key, string token, string pod)
{
    public LeaseKey Key => key;

    /// <summary>Asks for the lease.</summary>
    public async Task<(HttpStatusCode Code, Lease? Lease)> SpecAsync(CancellationToken cancellationToken)
    {
        using var response = await SendAsync(RunnerProtocol.SpecPath, JsonContent.Create(key, KilnJson.Default.LeaseKey), cancellationToken);
        return (response.StatusCode, response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync(KilnJson.Default.Lease, cancellationToken)
            : null);
    }

    /// <summary>Held until there is something to say.</summary>
    public async Task<(HttpStatusCode Code, HeartbeatReply? Reply)> HeartbeatAsync(int noticesHeard, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            RunnerProtocol.HeartbeatPath,
            JsonContent.Create(new HeartbeatRequest(key, noticesHeard), KilnJson.Default.HeartbeatRequest),
            cancellationToken);
        return (response.StatusCode, response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync(KilnJson.Default.HeartbeatReply, cancellationToken)
            : null);
    }

    /// <summary>Reports events and log bytes; <c>null</c> = refused.</summary>
    public async Task<ReportReply?> ReportAsync(
        long logOffset, ReadOnlyMemory<byte> log, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken)
    {
        var head = ReportFrameCodec.WriteHead(new ReportHead(key, events, logOffset));
        var content = new ByteArrayContent([.. head.Span, .. log.Span]);
        content.Headers.ContentType = new MediaTypeHeaderValue(RunnerProtocol.ReportMediaType);
        using var response = await SendAsync(RunnerProtocol.ReportPath, content, cancellationToken);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync(KilnJson.Default.ReportReply, cancellationToken)
            : null;
    }

    /// <summary>The events of a script that passes.</summary>
    /// <param name="logEnd">Length of the log.</param>
    public static RunEvent[] Passed(long logEnd) =>
    [
        new RunEvent.Begun { Seq = 1, AtMs = 0 },
        new RunEvent.StepStarted("script", 0) { Seq = 2, AtMs = 0 },
        new RunEvent.StepEnded("script", StepStatus.Passed, logEnd, "") { Seq = 3, AtMs = 0 },
        new RunEvent.OutputsCollected([new RunOutput("IMAGE", "img:1")]) { Seq = 4, AtMs = 0 },
        new RunEvent.Ended(RunStatus.Passed, "", "", 0, logEnd) { Seq = 5, AtMs = 0 },
    ];

    private async Task<HttpResponseMessage> SendAsync(string path, HttpContent content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (pod.Length > 0)
        {
            request.Headers.Add(RunnerProtocol.PodHeader, pod);
        }
        return await http.SendAsync(request, cancellationToken);
    }
}
