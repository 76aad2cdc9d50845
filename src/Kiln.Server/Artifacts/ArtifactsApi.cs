using System.Text.Json;
using System.Text.Json.Serialization;
using Kiln.Buckets;
using Kiln.Contracts.Runs;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Logs;
using Kiln.Server.Runs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Kiln.Server.Artifacts;

/// <summary>Artifacts of runs: list and download.</summary>
internal static class ArtifactsApi
{
    private const string MediaType = "application/octet-stream";
    private const int RetrySeconds = 5;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/runs/{id:long}/artifacts", ListAsync).Needs(Verb.Read, ProjectOf.Run)
            .Says("listRunArtifacts", RunsApi.Chapter, "List what a run made and keeps", ApiParameter.Attempt);
        routes.MapGet("/openapi/runs/{id:long}/artifact-tree", TreeAsync).Needs(Verb.Read, ProjectOf.Run)
            .Says("listRunArtifactTree", RunsApi.Chapter, "List the files that a run keeps as a tree of directories with their sums", ApiParameter.Attempt);
        routes.MapGet("/openapi/runs/{id:long}/artifacts/{**path}", DownloadAsync).Needs(Verb.Read, ProjectOf.Run)
            .Says("downloadRunArtifact", RunsApi.Chapter, "Download an artifact of a run", ApiParameter.Attempt,
                ApiParameter.Header("Range", "Bytes to send, as bytes=0-99; answered with 206."))
            .Answers(typeof(Stream), MediaType);
    }

    private static async Task<Results<Ok<ArtifactsAnswer>, ApiError>> ListAsync(
        long id, int? attempt, RunStore store, PublicAddress address, CancellationToken cancellationToken) =>
        await RunsApi.FindAsync(store, id, attempt, cancellationToken) is { } run
            ? TypedResults.Ok(new ArtifactsAnswer(
                [.. run.State.Artifacts.Select(artifact => View(run, artifact, address))], run.State.ArtifactNotice))
            : RunsApi.Missing(id);

    private static async Task<Results<Ok<ArtifactTreeAnswer>, ApiError>> TreeAsync(
        long id, int? attempt, RunStore store, CancellationToken cancellationToken) =>
        await RunsApi.FindAsync(store, id, attempt, cancellationToken) is { } run
            ? TypedResults.Ok(new ArtifactTreeAnswer(ArtifactTree.Of(run.State.Artifacts), run.State.ArtifactNotice))
            : RunsApi.Missing(id);

    private static async Task<Results<PhysicalFileHttpResult, FileStreamHttpResult, ApiError>> DownloadAsync(
        long id, string path, int? attempt, RunStore store, ArtifactStore artifacts, CancellationToken cancellationToken)
    {
        if (await RunsApi.FindAsync(store, id, attempt, cancellationToken) is not { } run)
        {
            return RunsApi.Missing(id);
        }
        // Only what the run's record names is ever opened, so no path can lead anywhere else.
        if (run.State.Artifacts.FirstOrDefault(artifact => artifact.Path == path && artifact.Kind != "image") is not { } found)
        {
            return ApiError.NotFound(404, $"Run {id} has no artifact \"{path}\". {run.State.ArtifactNotice}".TrimEnd());
        }
        if (found.Url is { } elsewhere)
        {
            return ApiError.NotFound(404, $"\"{path}\" lies in an object storage and not on this server: {elsewhere}");
        }
        var name = found.Path[(found.Path.LastIndexOf('/') + 1)..];
        var tag = new EntityTagHeaderValue($"\"{found.Sha256}\"");
        try
        {
            return await artifacts.OpenAsync(new LogKey(id, run.Attempt), found.Path, cancellationToken) switch
            {
                KeptContent.InFile file => TypedResults.PhysicalFile(
                    file.Path, MediaType, fileDownloadName: name, entityTag: tag, enableRangeProcessing: true),
                KeptContent.InBucket kept => TypedResults.Stream(
                    kept.Content, MediaType, fileDownloadName: name, entityTag: tag, enableRangeProcessing: true),
                _ => ApiError.NotFound(
                    404, $"The content of \"{path}\" is not where artifacts are kept now: somebody removed it, or the setting artifacts was changed."),
            };
        }
        catch (BucketException trouble)
        {
            return ApiError.Unavailable($"\"{path}\" cannot be had now. {trouble.Message}", RetrySeconds);
        }
    }

    private static ArtifactView View(RunRecord run, RunArtifact artifact, PublicAddress address) => artifact.Kind == "image"
        ? new ArtifactView(artifact.Path, artifact.Kind, artifact.Size, artifact.Sha256, Url: null)
        {
            Digest = artifact.Digest, Layers = artifact.Layers, Commits = artifact.Commits,
        }
        : new ArtifactView(
            artifact.Path, artifact.Kind, artifact.Size, artifact.Sha256,
            artifact.Url ?? $"{address.Root}/openapi/runs/{run.RunId}/artifacts/"
            + string.Join('/', artifact.Path.Split('/').Select(Uri.EscapeDataString))
            + (run.Attempt == run.LastAttempt ? "" : $"?attempt={run.Attempt}"));
}

/// <summary>Artifacts of a run.</summary>
/// <param name="Artifacts">What is there.</param>
/// <param name="ArtifactNotice">Why others are not there any more, as a sentence; empty while all are.</param>
public sealed record ArtifactsAnswer(IReadOnlyList<ArtifactView> Artifacts, string ArtifactNotice);

/// <summary>Artifacts of a run as a tree.</summary>
/// <param name="Tree">The directory above all.</param>
/// <param name="ArtifactNotice">As in <see cref="ArtifactsAnswer"/>.</param>
public sealed record ArtifactTreeAnswer(ArtifactTree Tree, string ArtifactNotice);

/// <summary>An artifact as the API shows it.</summary>
/// <param name="Url">Where to download it, here or at an object storage; absent for images.</param>
public sealed record ArtifactView(
    string Path,
    string Kind,
    long Size,
    string Sha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Url)
{
    /// <summary>An image's digest.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Digest { get; init; }

    /// <summary>Digests of an image's layers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Layers { get; init; }

    /// <summary>Commits that an image was made from.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ArtifactCommit>? Commits { get; init; }
}

/// <summary>JSON of artifacts.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ArtifactsAnswer))]
[JsonSerializable(typeof(ArtifactTreeAnswer))]
public sealed partial class ArtifactsJson : JsonSerializerContext;
