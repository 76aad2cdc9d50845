using System.Text.Json.Nodes;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>One trace from the call through queue and steps to the upload, and metrics, over the standard protocol.</summary>
public sealed class TelemetryTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_run_is_one_trace_from_its_call_through_queue_and_steps_to_its_upload()
    {
        using var scratch = new Scratch();
        await using var receiver = new OtlpReceiver();
        await using var server = await KilnServer.StartAsync(
            scratch, ["--demo", "--capacity", "2"],
            [
                ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_BSP_SCHEDULE_DELAY", "50"), ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
            ],
            Token);
        var builds = new BuildDriver(server);
        await builds.DefineAsync("traced", "mkdir -p out && echo package > out/$PKG_FILE", Token, body => body["post_build"] =
            new JsonObject { ["file_archive"] = new JsonObject { ["file_location"] = "out" } });

        using var start = new HttpRequestMessage(HttpMethod.Post, "openapi/build/traced/runs?projectKey=yaml");
        start.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        var answer = JsonNode.Parse(await (await server.Http.SendAsync(start, Token)).Content.ReadAsStringAsync(Token))!;
        var run = await builds.EndAsync((long)answer["run_id"]!, Token);

        Assert.Equal("passed", $"{run.Status}".ToLowerInvariant());
        Assert.Equal(Trace, run.TraceId);
        var spans = await UntilAsync(receiver, ["POST /openapi/build/{buildName}/runs", "run traced", "queue", "step script", "PUT /runner/v1/artifacts/{**path}"]);
        var whole = spans["run traced"];
        Assert.Equal(spans["POST /openapi/build/{buildName}/runs"].SpanId, whole.ParentId);
        Assert.Equal(whole.SpanId, spans["queue"].ParentId);
        Assert.Equal(whole.SpanId, spans["step script"].ParentId);
        await foreach (var name in receiver.Metrics.ReadAllAsync(Token))
        {
            if (name == "kiln.run.duration")
            {
                break;
            }
        }
    }

    private static async Task<Dictionary<string, OtlpSpan>> UntilAsync(OtlpReceiver receiver, string[] names)
    {
        var spans = new Dictionary<string, OtlpSpan>(StringComparer.Ordinal);
        await foreach (var span in receiver.Spans.ReadAllAsync(Token))
        {
            if (span.TraceId == Trace)
            {
                spans.TryAdd(span.Name, span);
                if (names.All(spans.ContainsKey))
                {
                    break;
                }
            }
        }
        return spans;
    }
}
