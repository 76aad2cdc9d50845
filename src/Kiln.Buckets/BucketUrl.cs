namespace Kiln.Buckets;

/// <summary>A bucket as one setting names it: <c>s3://KEY:SECRET@HOST[:PORT]/BUCKET[/PREFIX][?region=R&amp;insecure=true]</c>, key
/// and secret percent-encoded.</summary>
/// <param name="Address">The bucket.</param>
/// <param name="Prefix">In front of every key, empty or ending in a slash.</param>
public sealed record BucketUrl(BucketAddress Address, string Prefix)
{
    /// <summary>What such a setting must look like.</summary>
    public const string Shape = "s3://KEY:SECRET@HOST[:PORT]/BUCKET[/PREFIX][?region=R&insecure=true]";

    /// <summary>Reads it; <c>null</c> when it is none.</summary>
    public static BucketUrl? Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != "s3" || url.Host.Length == 0
            || url.UserInfo.Split(':') is not [{ Length: > 0 } key, { Length: > 0 } secret])
        {
            return null;
        }
        var path = Uri.UnescapeDataString(url.AbsolutePath).Trim('/').Split('/', 2);
        var (region, isInsecure) = ("", false);
        foreach (var option in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (option.Split('=', 2))
            {
                case ["region", var value]:
                    region = Uri.UnescapeDataString(value);
                    break;
                case ["insecure", "true" or "false"]:
                    isInsecure = option.EndsWith("true", StringComparison.Ordinal);
                    break;
                default:
                    return null;
            }
        }
        return path[0].Length == 0 ? null : new BucketUrl(
            new BucketAddress(url.Authority, path[0], region, Uri.UnescapeDataString(key), Uri.UnescapeDataString(secret), isInsecure),
            path is [_, { Length: > 0 } prefix] ? $"{prefix.TrimEnd('/')}/" : "");
    }

    /// <summary>Without its secret.</summary>
    public override string ToString() => $"{Address}{(Prefix.Length == 0 ? "" : $" below {Prefix}")}";
}
