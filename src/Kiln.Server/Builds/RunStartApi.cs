using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Reading;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Queue;
using Kiln.Server.Runs;
using Kiln.Server.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Builds;

/// <summary>The call that runs a build.</summary>
internal static class RunStartApi
{
    private const string KeyHeader = "Idempotency-Key";
    private const int LongestKey = 255;

    public static void Map(RouteGroupBuilder builds) => builds
        .MapPost("/{buildName}/runs", StartAsync).Needs(Verb.Run, ProjectOf.Query)
        .Says("startRun", RunsApi.Chapter, "Run a build", ApiParameter.Header(
            KeyHeader, "Repeated within a day, the call answers with the run that the first one made; at most 255 characters."));

    private static async Task<Results<Accepted<RunAccepted>, ApiError>> StartAsync(
        string buildName, HttpRequest request, RunStarts starts, Caller caller, CancellationToken cancellationToken)
    {
        using var trace = CallTrace.Begin(request);
        var violations = new Violations();
        var project = Queries.Required(request.Query, "projectKey", violations);
        var key = ReadKey(request, violations);
        var body = await RequestBody.ReadOptionalAsync(request, cancellationToken);
        if (body is RequestBody.Refused refused)
        {
            return refused.Error;
        }
        var json = ((RequestBody.Json)body).Root;
        var wanted = RunRequestReader.Read(json, violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        var name = buildName.Trim();
        var idempotency = key.Length == 0 ? null : new Idempotency($"{caller.Name} run {project}/{name}", key, Hash(json));
        return await starts.StartAsync(project, name, wanted, idempotency, caller.Name, cancellationToken) switch
        {
            RunStart.Accepted accepted => TypedResults.Accepted(
                $"/openapi/runs/{accepted.RunId}", new RunAccepted(accepted.RunId, accepted.Status)),
            RunStart.Rejected rejected => ApiError.Invalid(rejected.Violations.Errors),
            RunStart.MissingBuild missing => ApiError.NotFound(404, missing.Sentence),
            RunStart.QueueFull full => new ApiError(
                429, 429, $"{full.Most} runs wait already (max_queued); try again when some of them have begun.", [])
            {
                RetryAfterSeconds = QueueRoom.RetryAfterSeconds,
            },
            RunStart.KeyReused reused => ApiError.Conflict(
                409, $"This {KeyHeader} made run {reused.RunId} from another request; take a new key for a new request."),
            _ => throw new InvalidOperationException("An outcome of a start is missing here."),
        };
    }

    private static string ReadKey(HttpRequest request, Violations violations)
    {
        var key = request.Headers[KeyHeader].ToString();
        if (key.Length > LongestKey || key.Any(char.IsControl))
        {
            violations.Add(KeyHeader, $"Must be at most {LongestKey} printable characters.");
        }
        return key;
    }

    private static string Hash(JsonElement body) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body.GetRawText())));
}
