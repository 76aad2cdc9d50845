using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kiln.Buckets;

namespace Kiln.Runner.Caches;

/// <summary>
/// What hosts keep for each other in a bucket: archives under their SHA-256, and a small object for each name in a scope that
/// says which archive it stands for. An archive is there before its name is, so what is found can be fetched; what the
/// bucket's own rules removed meanwhile is found missing.
/// </summary>
public sealed class SharedCache(BucketUrl place) : IDisposable
{
    private const int LongestName = 600;

    private readonly Bucket _bucket = new(place.Address);

    public void Dispose() => _bucket.Dispose();

    public override string ToString() => place.ToString();

    /// <summary>The entry of exactly this name, else the newest whose name begins with one of the prefixes, in their order.</summary>
    /// <exception cref="BucketException">The bucket cannot be asked.</exception>
    internal async Task<CacheEntry?> FindAsync(
        string scope, string key, IReadOnlyList<string> prefixes, CancellationToken cancellationToken)
    {
        if (await ReadAsync(NameOf(scope, key), cancellationToken) is { } exact && exact.Key == key)
        {
            return exact;
        }
        if (prefixes.Count == 0)
        {
            return null;
        }
        var names = new List<(string Key, BucketObject Object)>();
        await foreach (var found in _bucket.ListAsync(ScopeOf(scope), cancellationToken))
        {
            names.Add((Uri.UnescapeDataString(found.Key[(ScopeOf(scope).Length + 1)..]), found));
        }
        foreach (var prefix in prefixes)
        {
            var newest = names.Where(name => name.Key.StartsWith(prefix, StringComparison.Ordinal))
                .OrderByDescending(static name => name.Object.ChangedAt).FirstOrDefault();
            if (newest.Object is { } named && await ReadAsync(named.Key, cancellationToken) is { } entry)
            {
                return entry;
            }
        }
        return null;
    }

    /// <summary>Fetches an entry's archive into a file.</summary>
    /// <returns>False when it is not there any more, or not what its name says; the file is gone then.</returns>
    /// <exception cref="BucketException">The bucket cannot be asked.</exception>
    internal async Task<bool> FetchAsync(CacheEntry entry, string file, CancellationToken cancellationToken)
    {
        if (await _bucket.FindAsync(ArchiveOf(entry), cancellationToken) is not { } found)
        {
            return false;
        }
        await using (var content = _bucket.Read(found))
        await using (var copy = File.Create(file))
        {
            await content.CopyToAsync(copy, cancellationToken);
        }
        await using var written = File.OpenRead(file);
        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(written, cancellationToken)) == entry.Sha256)
        {
            return true;
        }
        File.Delete(file);
        return false;
    }

    /// <summary>Puts an archive, unless it is there, and then the name that stands for it.</summary>
    /// <returns>Bytes that were sent.</returns>
    /// <exception cref="BucketException">The bucket does not take it.</exception>
    internal async Task<long> PutAsync(CacheEntry entry, string archive, CancellationToken cancellationToken)
    {
        var sent = 0L;
        if (await _bucket.FindAsync(ArchiveOf(entry), cancellationToken) is not { } there || there.Size != entry.Size)
        {
            using var file = File.OpenHandle(archive);
            await _bucket.PutAsync(ArchiveOf(entry), BucketContent.Of(file, entry.Size, entry.Sha256), cancellationToken);
            sent = entry.Size;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(entry, CacheJson.Default.CacheEntry);
        await _bucket.PutAsync(
            NameOf(entry.Scope, entry.Key),
            new BucketContent(json.Length, Convert.ToHexStringLower(SHA256.HashData(json)), (offset, length) =>
                new MemoryStream(json, (int)offset, (int)length, writable: false)),
            cancellationToken);
        return sent;
    }

    private async Task<CacheEntry?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        if (await _bucket.FindAsync(name, cancellationToken) is not { } found)
        {
            return null;
        }
        try
        {
            await using var content = _bucket.Read(found);
            return await JsonSerializer.DeserializeAsync(content, CacheJson.Default.CacheEntry, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string ArchiveOf(CacheEntry entry) => $"{place.Prefix}archives/{entry.Sha256}";

    private string ScopeOf(string scope) => $"{place.Prefix}names/{HashOf(scope)}/";

    // A letter in front, since a name may be empty; one that is too long for a key is found exactly and not by its beginning.
    private string NameOf(string scope, string key) => Uri.EscapeDataString(key) is { Length: <= LongestName } name
        ? $"{ScopeOf(scope)}k{name}"
        : $"{ScopeOf(scope)}h{HashOf(key)}";

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
}
