using Kiln.Buckets;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Logs;
using Kiln.Server.Queue;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Artifacts;

/// <summary>Where runners put artifacts.</summary>
internal static class ArtifactUploadApi
{
    private const int RetrySeconds = 5;
    private const int NoSpace = 28;
    private const int QuotaUsedUp = 122;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut(RunnerProtocol.ArtifactPath + "{**path}", StoreAsync)
        .ChecksItsOwnToken()
        .AcceptsBody(bytes: null);

    private static async Task<Results<Ok<RunArtifact>, ApiError>> StoreAsync(
        string path,
        long run,
        int attempt,
        long fence,
        string kind,
        string? sha256,
        HttpRequest request,
        ArtifactUploads uploads,
        CancellationToken cancellationToken)
    {
        var key = new LeaseKey(run, attempt, fence);
        if (!uploads.Accepts(key, request))
        {
            return ApiError.Unauthorized("This call needs the run token of the lease that it stores for.");
        }
        if (!ArtifactPath.IsValid(path) || kind is not ("package" or "file"))
        {
            return ApiError.Invalid("path", "An artifact has a relative path without . and .., and the kind package or file.");
        }
        if (!await uploads.IsCurrentAsync(key, cancellationToken))
        {
            return ApiError.Conflict(409, "This lease is no longer valid: end everything of the run and report nothing.");
        }
        try
        {
            return await uploads.Store.StoreAsync(
                new LogKey(run, attempt), path, kind, sha256, request.Body, cancellationToken) is { } artifact
                ? TypedResults.Ok(artifact)
                : ApiError.Invalid("sha256", "The content hashes to something else: it broke on its way, or changed meanwhile. Send it again.");
        }
        catch (IOException full) when (full.HResult is NoSpace or QuotaUsedUp)
        {
            return new ApiError(507, 507, "The disk that keeps artifacts is full.", []) { RetryAfterSeconds = RetrySeconds };
        }
        catch (BucketException trouble)
        {
            // What may pass is worth another attempt of the runner; a wrong setting is not.
            return trouble.Trouble is BucketTrouble.Unreachable or BucketTrouble.Damaged
                ? ApiError.Unavailable($"Artifacts cannot be kept now. {trouble.Message}", RetrySeconds)
                : new ApiError(StatusCodes.Status507InsufficientStorage, 507, $"Artifacts cannot be kept. {trouble.Message}", []);
        }
    }
}

/// <summary>Decides who may store artifacts for a run.</summary>
public sealed class ArtifactUploads(ArtifactStore store, RunTokens tokens, ReportStore leases)
{
    public ArtifactStore Store => store;

    /// <summary>Whether a request has the lease's token.</summary>
    public bool Accepts(LeaseKey key, HttpRequest request) => tokens.Accepts(key, request);

    /// <summary>Whether the lease still speaks for a run that has not ended.</summary>
    public async Task<bool> IsCurrentAsync(LeaseKey key, CancellationToken cancellationToken) =>
        await leases.FindAsync(key, cancellationToken) is { IsEnded: false } attempt && attempt.Accepts(key);
}
