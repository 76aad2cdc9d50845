using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kiln.Server.ObjectStorages;

/// <summary>Signs a request without a body as Amazon's signature version 4 wants it; every S3 takes that.</summary>
internal static class S3Signature
{
    private const string SignedHeaders = "host;x-amz-content-sha256;x-amz-date";

    private static readonly string NoBody = Convert.ToHexStringLower(SHA256.HashData([]));

    /// <summary>Adds the headers.</summary>
    /// <param name="request">Method and address; its query must be sorted and escaped already.</param>
    /// <param name="accessKey">Access key.</param>
    /// <param name="secretKey">Secret key.</param>
    /// <param name="region">Region that the storage says it is in.</param>
    /// <param name="now">The time of the request; storages refuse one that is minutes off.</param>
    public static void Sign(HttpRequestMessage request, string accessKey, string secretKey, string region, DateTimeOffset now)
    {
        var address = request.RequestUri!;
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/{region}/s3/aws4_request";
        var canonical = $"{request.Method}\n{address.AbsolutePath}\n{address.Query.TrimStart('?')}\n"
            + $"host:{address.Authority}\nx-amz-content-sha256:{NoBody}\nx-amz-date:{time}\n\n{SignedHeaders}\n{NoBody}";
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = new[] { time[..8], region, "s3", "aws4_request" }
            .Aggregate(Encoding.UTF8.GetBytes($"AWS4{secretKey}"), (secret, word) => HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(word)));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", NoBody);
        request.Headers.TryAddWithoutValidation("x-amz-date", time);
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential={accessKey}/{scope},SignedHeaders={SignedHeaders},Signature={signature}");
    }
}
