using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Bench.Worlds;
using Kiln.Contracts;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Chaos;

/// <summary>
/// A client that does what a good client does while servers die: repeats a call until it is answered, with a key where
/// repeating would do something twice. An answer of 5xx is none.
/// </summary>
internal sealed class PatientApi(KilnServer server, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Starts a run; its number once that is acknowledged.</summary>
    public async Task<long> StartAsync(LoadRun run, string key, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            () =>
            {
                var request = new HttpRequestMessage(
                    HttpMethod.Post, $"openapi/build/{LoadScripts.NameOf(run.Kind)}/runs?projectKey={World.Project}")
                {
                    Content = JsonContent.Create(new JsonObject { ["inputs"] = LoadScripts.InputsOf(run) }),
                };
                request.Headers.Add("Idempotency-Key", key);
                return request;
            },
            cancellationToken);
        return (long)JsonNode.Parse(answer.Accepted("a run"))!["run_id"]!;
    }

    /// <summary>Asks for a run to be cancelled; false when it had ended before.</summary>
    public async Task<bool> CancelAsync(long runId, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(() => new HttpRequestMessage(HttpMethod.Post, $"openapi/runs/{runId}/cancel"), cancellationToken);
        return answer.Status != 409;
    }

    /// <summary>Defines a build; acknowledged when this returns, and perhaps by an answer that got lost on its way.</summary>
    public async Task DefineAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            () => new HttpRequestMessage(HttpMethod.Post, $"openapi/build?projectKey={World.Project}")
            {
                Content = JsonContent.Create(World.Build(name, $"echo {name}")),
            },
            cancellationToken);
        _ = answer.Status == 409 ? [] : answer.Accepted("a definition");
    }

    /// <summary>A run as it stands.</summary>
    public async Task<RunView> GetAsync(long runId, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(() => new HttpRequestMessage(HttpMethod.Get, $"openapi/runs/{runId}"), cancellationToken);
        return JsonSerializer.Deserialize(answer.Accepted($"run {runId}"), KilnJson.Default.RunView)!;
    }

    /// <summary>Text of an answer, or <c>null</c> when there is no such thing.</summary>
    public async Task<byte[]?> FindAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(() => new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);
        return answer.Status == 404 ? null : answer.Accepted(path);
    }

    private async Task<ApiReply> AskAsync(Func<HttpRequestMessage> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            try
            {
                using var request = ask();
                using var response = await server.Http.SendAsync(request, patience.Token);
                var body = await response.Content.ReadAsByteArrayAsync(patience.Token);
                if ((int)response.StatusCode < 500)
                {
                    return new ApiReply((int)response.StatusCode, body);
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException
                || (broken is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Nobody answered: ask again.
            }
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
