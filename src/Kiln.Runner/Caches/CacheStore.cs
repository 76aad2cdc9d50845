using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Kiln.Runner.Caches;

/// <summary>
/// What runs of a host keep for later ones: archives under their SHA-256, so that the same content lies there once, and
/// small files that say which name stands for which archive. One agent writes it; names and archives come in by a
/// rename, so that a reader sees a whole one or none. Beyond the limit the archives that were used least recently go.
/// </summary>
/// <param name="directory">Where they lie.</param>
/// <param name="limit">Bytes that they may take.</param>
/// <param name="clock">Tells ages.</param>
/// <param name="shared">What hosts keep for each other; this store is then the host's copy of it. <c>null</c> = nothing.</param>
public sealed class CacheStore(string directory, long limit, TimeProvider clock, SharedCache? shared = null)
{
    private const long DefaultLimit = 20L << 30;

    private readonly string _root = Path.GetFullPath(directory);
    private readonly Lock _lock = new();

    /// <summary>What hosts keep for each other; <c>null</c> = nothing.</summary>
    internal SharedCache? Shared => shared;

    private string Blobs => Path.Combine(_root, "archives");

    private string Names => Path.Combine(_root, "names");

    private string Drafts => Path.Combine(_root, "drafts");

    /// <summary>Bytes from <c>KILN_CACHE_LIMIT</c> (a number with or without <c>M</c> or <c>G</c>), 20 GiB without it.</summary>
    public static long LimitOf(Func<string, string?> environment) => ByteLimit.Of(environment("KILN_CACHE_LIMIT"), DefaultLimit);

    /// <summary>The entry of exactly this name, else the newest whose name begins with one of the prefixes, in their order.</summary>
    internal CacheEntry? Find(string scope, string key, IReadOnlyList<string> prefixes)
    {
        lock (_lock)
        {
            var entries = Read(PlaceOf(scope)).Where(entry => entry.Scope == scope && HasArchive(entry))
                .OrderByDescending(static entry => entry.SavedAtMs).ToArray();
            var found = entries.FirstOrDefault(entry => entry.Key == key)
                ?? prefixes.Select(prefix => entries.FirstOrDefault(
                    entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))).FirstOrDefault(static entry => entry is not null);
            if (found is not null)
            {
                File.SetLastWriteTimeUtc(BlobOf(found), clock.GetUtcNow().UtcDateTime);
            }
            return found;
        }
    }

    /// <summary>The archive of an entry.</summary>
    internal string BlobOf(CacheEntry entry) => Path.Combine(Blobs, entry.Sha256);

    /// <summary>Where an attempt writes its archive.</summary>
    internal string DraftOf(string attempt)
    {
        Directory.CreateDirectory(Drafts);
        return Path.Combine(Drafts, attempt);
    }

    /// <summary>Takes a finished draft under a name, and makes room for it.</summary>
    internal async Task<CacheEntry> SaveAsync(string draft, string scope, string key, CancellationToken cancellationToken)
    {
        string sha256;
        long size;
        await using (var file = File.OpenRead(draft))
        {
            sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
            size = file.Length;
        }
        var entry = new CacheEntry(scope, key, sha256, size, clock.GetUtcNow().ToUnixTimeMilliseconds());
        Take(draft, entry);
        return entry;
    }

    /// <summary>Whether the archive of an entry of another host is here.</summary>
    /// <remarks>Archives are not synced, which would cost as much as writing them: behind a power cut one may be shorter, and is none then.</remarks>
    internal bool HasArchive(CacheEntry entry) => new FileInfo(BlobOf(entry)) is { Exists: true } archive && archive.Length == entry.Size;

    /// <summary>Takes an entry, with its archive when that is not here, and makes room for it.</summary>
    /// <param name="draft">The archive; <c>null</c> = it is here.</param>
    /// <param name="entry">What it is.</param>
    internal void Take(string? draft, CacheEntry entry)
    {
        lock (_lock)
        {
            Directory.CreateDirectory(Blobs);
            Directory.CreateDirectory(PlaceOf(entry.Scope));
            if (draft is not null)
            {
                File.Move(draft, BlobOf(entry), overwrite: true);
            }
            File.SetLastWriteTimeUtc(BlobOf(entry), clock.GetUtcNow().UtcDateTime);
            var name = Path.Combine(PlaceOf(entry.Scope), HashOf(entry.Key));
            File.WriteAllBytes(name + ".new", JsonSerializer.SerializeToUtf8Bytes(entry, CacheJson.Default.CacheEntry));
            File.Move(name + ".new", name, overwrite: true);
            Evict(entry.Sha256);
        }
    }

    /// <summary>Removes drafts that nobody goes on with. Before the first run.</summary>
    /// <param name="isHeld">Whether an attempt of this name is still to be adopted.</param>
    public void Sweep(Predicate<string> isHeld)
    {
        if (Directory.Exists(Drafts))
        {
            foreach (var draft in Directory.EnumerateFiles(Drafts).Where(draft => !isHeld(Path.GetFileName(draft))))
            {
                File.Delete(draft);
            }
        }
    }

    private void Evict(string justSaved)
    {
        var named = Directory.EnumerateDirectories(Names).SelectMany(Read).Select(static entry => entry.Sha256).ToHashSet();
        var archives = new DirectoryInfo(Blobs).GetFiles();
        var total = archives.Sum(static archive => archive.Length);
        // What no name stands for any more goes first, then by age.
        foreach (var archive in archives.Where(archive => archive.Name != justSaved)
            .OrderBy(archive => named.Contains(archive.Name)).ThenBy(static archive => archive.LastWriteTimeUtc))
        {
            if (total <= limit && named.Contains(archive.Name))
            {
                break;
            }
            total -= archive.Length;
            archive.Delete();
        }
        foreach (var name in Directory.EnumerateDirectories(Names).SelectMany(Directory.EnumerateFiles)
            .Where(name => ReadOne(name) is not { } entry || !HasArchive(entry)).ToArray())
        {
            File.Delete(name);
        }
    }

    private static IEnumerable<CacheEntry> Read(string place) =>
        Directory.Exists(place) ? Directory.EnumerateFiles(place).Select(ReadOne).OfType<CacheEntry>() : [];

    private static CacheEntry? ReadOne(string name)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(name), CacheJson.Default.CacheEntry);
        }
        catch (Exception torn) when (torn is JsonException or IOException)
        {
            return null;
        }
    }

    private string PlaceOf(string scope) => Path.Combine(Names, HashOf(scope));

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
}
