namespace Kiln.Buckets;

/// <summary>Where a bucket is and who asks.</summary>
/// <param name="Endpoint">Host, or http or https URL, of an S3-compatible service.</param>
/// <param name="Bucket">Name of the bucket.</param>
/// <param name="Region">Region; empty = <c>us-east-1</c>, which services without regions take.</param>
/// <param name="AccessKey">Access key.</param>
/// <param name="SecretKey">Secret key; never shown.</param>
/// <param name="IsInsecure">True: plain http where <paramref name="Endpoint"/> has no scheme.</param>
public sealed record BucketAddress(
    string Endpoint, string Bucket, string Region, string AccessKey, string SecretKey, bool IsInsecure)
{
    // Their services take the bucket's name only as part of the host's.
    private static readonly string[] NamedByHost =
        [".amazonaws.com", ".amazonaws.com.cn", ".aliyuncs.com", ".myqcloud.com", ".qiniucs.com", ".myhuaweicloud.com", ".volces.com"];

    /// <summary>URL of the service.</summary>
    public Uri Service => new(
        Endpoint.Contains("://", StringComparison.Ordinal) ? Endpoint : $"{(IsInsecure ? "http" : "https")}://{Endpoint}");

    /// <summary>True when the bucket is part of the path, as self-hosted services want it.</summary>
    public bool IsPathStyle =>
        !Array.Exists(NamedByHost, domain => Service.Host.EndsWith(domain, StringComparison.OrdinalIgnoreCase));

    /// <summary>URL of an object, for people.</summary>
    public string UrlOf(string key)
    {
        var path = string.Join('/', key.Split('/').Select(Uri.EscapeDataString));
        var service = Service;
        return IsPathStyle
            ? $"{service.Scheme}://{service.Authority}/{Bucket}/{path}"
            : $"{service.Scheme}://{Bucket}.{service.Authority}/{path}";
    }

    /// <summary>Bucket and service, for people.</summary>
    public override string ToString() => $"bucket {Bucket} at {Service.Authority}";
}
