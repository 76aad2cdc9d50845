using System.Security.Cryptography;
using System.Text;
using Kiln.Buckets;
using Kiln.Server.Logs;

namespace Kiln.Server.Artifacts;

/// <summary>
/// Contents of artifacts in an object storage, under <c>RUN-ATTEMPT/PATH</c> below the setting's prefix. It stays private: who may
/// read a content is asked here, and the bytes go through the server.
/// </summary>
public sealed class ArtifactBucket(BucketUrl place) : IDisposable
{
    /// <summary>Bytes that a key may have, the prefix not counted; services take 1024 in all.</summary>
    private const int LongestKey = 800;

    private readonly Bucket _bucket = new(place.Address);

    public void Dispose() => _bucket.Dispose();

    /// <summary>The bucket, without its secret.</summary>
    public override string ToString() => place.ToString();

    /// <summary>Puts a content in the place of one under the same path, whole or not at all.</summary>
    /// <exception cref="BucketException">The bucket does not take it.</exception>
    internal Task PutAsync(LogKey attempt, string path, BucketContent content, CancellationToken cancellationToken) =>
        _bucket.PutAsync(KeyOf(attempt, path), content, cancellationToken);

    /// <summary>Opens a content; <c>null</c> = there is none.</summary>
    /// <exception cref="BucketException">The bucket cannot be asked.</exception>
    internal async Task<Stream?> OpenAsync(LogKey attempt, string path, CancellationToken cancellationToken) =>
        await _bucket.FindAsync(KeyOf(attempt, path), cancellationToken) is { } found ? _bucket.Read(found) : null;

    /// <summary>Removes what an attempt has; repeating changes nothing.</summary>
    /// <exception cref="BucketException">The bucket cannot be asked; some may be gone.</exception>
    internal async Task RemoveAsync(LogKey attempt, CancellationToken cancellationToken)
    {
        await foreach (var found in _bucket.ListAsync(PrefixOf(attempt), cancellationToken))
        {
            await _bucket.DeleteAsync(found.Key, cancellationToken);
        }
    }

    /// <summary>Asks the bucket for anything at all.</summary>
    /// <exception cref="BucketException">It does not answer as it should.</exception>
    internal async Task TryAsync(CancellationToken cancellationToken)
    {
        // A list, since an object that is not there does not tell whether its bucket is.
        await foreach (var _ in _bucket.ListAsync($"{place.Prefix}nothing/", cancellationToken))
        {
            return;
        }
    }

    private string PrefixOf(LogKey attempt) => $"{place.Prefix}{attempt.RunId}-{attempt.Attempt}/";

    // A path that is too long for a key is known by its hash.
    private string KeyOf(LogKey attempt, string path) => PrefixOf(attempt)
        + (Encoding.UTF8.GetByteCount(path) <= LongestKey ? path : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path))));
}
