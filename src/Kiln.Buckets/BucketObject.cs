namespace Kiln.Buckets;

/// <summary>An object that is there.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">As it was put, lower-case hexadecimal; empty when nobody said, and in lists.</param>
/// <param name="ChangedAt">When it was put.</param>
public sealed record BucketObject(string Key, long Size, string Sha256, DateTimeOffset ChangedAt);
