using Kiln.Contracts.Plans;

namespace Kiln.Server.Kubernetes.Manifests;

/// <summary>The object storage of a cluster's caches, as the container <c>kiln</c> is given it: a secret, for a key is in it.</summary>
internal static class CacheStore
{
    public const string SecretKey = "cache-store";

    /// <summary>The storage as one setting: <c>s3://KEY:SECRET@HOST/BUCKET/PREFIX?region=R&amp;insecure=true</c>.</summary>
    public static string Of(PlannedStorage storage, string secret)
    {
        var isPlain = storage.Endpoint.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        var scheme = storage.Endpoint.IndexOf("://", StringComparison.Ordinal);
        var host = (scheme < 0 ? storage.Endpoint : storage.Endpoint[(scheme + 3)..]).TrimEnd('/');
        var prefix = string.Join('/', new[] { storage.Subfolder.Trim('/'), "caches" }.Where(static part => part.Length > 0).Select(Uri.EscapeDataString))
            .Replace("%2F", "/", StringComparison.Ordinal);
        var options = string.Join('&', new[]
        {
            storage.Region.Length == 0 ? "" : $"region={Uri.EscapeDataString(storage.Region)}",
            isPlain || (scheme < 0 && storage.IsInsecure) ? "insecure=true" : "",
        }.Where(static option => option.Length > 0));
        return $"s3://{Uri.EscapeDataString(storage.AccessKey)}:{Uri.EscapeDataString(secret)}@{host}/{storage.Bucket}/{prefix}"
            + (options.Length == 0 ? "" : $"?{options}");
    }
}
