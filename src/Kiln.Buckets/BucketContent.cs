using Microsoft.Win32.SafeHandles;

namespace Kiln.Buckets;

/// <summary>What is put into a bucket; it can be read again, since a transfer may have to be repeated.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256, kept with the object.</param>
/// <param name="Open">Opens a part by offset and length, as a stream that can seek; called from several threads.</param>
public sealed record BucketContent(long Size, string Sha256, Func<long, long, Stream> Open)
{
    /// <summary>What an open file holds; it stays the caller's.</summary>
    public static BucketContent Of(SafeFileHandle file, long size, string sha256) =>
        new(size, sha256, (offset, length) => new FileSlice(file, length, offset));
}
