using System.Net;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.S3;

namespace Kiln.Buckets;

/// <summary>A bucket did not do what was asked; retries are behind it. The message is a sentence for people.</summary>
public sealed class BucketException : Exception
{
    private BucketException(BucketTrouble trouble, string message, Exception cause)
        : base(message, cause) => Trouble = trouble;

    public BucketTrouble Trouble { get; }

    internal static BucketException Of(BucketAddress address, Exception cause)
    {
        var (trouble, sentence) = Explain(cause);
        return new BucketException(trouble, $"The {address} {sentence}", cause);
    }

    private static (BucketTrouble Trouble, string Sentence) Explain(Exception cause) => cause switch
    {
        _ when Within<AuthenticationException>(cause) =>
            (BucketTrouble.Untrusted, "has a certificate that cannot be verified."),
        AmazonS3Exception { ErrorCode: "NoSuchBucket" } => (BucketTrouble.NoBucket, "does not exist."),
        AmazonS3Exception { ErrorCode: "InvalidAccessKeyId" or "SignatureDoesNotMatch" } =>
            (BucketTrouble.Refused, "refused the access key or the secret key."),
        // Before what is forbidden: a quota is refused with the same status.
        AmazonS3Exception { StatusCode: HttpStatusCode.InsufficientStorage } or AmazonS3Exception { ErrorCode: "QuotaExceeded" } =>
            (BucketTrouble.Full, "has no room left."),
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } =>
            (BucketTrouble.Refused, "does not allow this access key to do that."),
        AmazonS3Exception { ErrorCode: "BadDigest" or "XAmzContentSHA256Mismatch" or "XAmzContentChecksumMismatch" } =>
            (BucketTrouble.Damaged, "received something else than was sent: checksums differ."),
        AmazonS3Exception { StatusCode: >= HttpStatusCode.InternalServerError } answered =>
            (BucketTrouble.Unreachable, $"answers with an error of its own: HTTP {(int)answered.StatusCode}."),
        AmazonS3Exception { StatusCode: not default(HttpStatusCode) } other => (BucketTrouble.Other, $"refused: {other.Message.TrimEnd('.')}."),
        HttpRequestException or IOException or TimeoutException or OperationCanceledException
            or AmazonServiceException or AmazonClientException =>
            (BucketTrouble.Unreachable, $"cannot be reached: {Innermost(cause).Message.TrimEnd('.')}."),
        _ => (BucketTrouble.Other, $"failed: {cause.Message.TrimEnd('.')}."),
    };

    private static bool Within<T>(Exception cause)
        where T : Exception => cause is T || (cause.InnerException is { } inner && Within<T>(inner));

    private static Exception Innermost(Exception cause) => cause.InnerException is { } inner ? Innermost(inner) : cause;
}
