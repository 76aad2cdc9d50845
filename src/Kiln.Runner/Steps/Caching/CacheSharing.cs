using System.Globalization;
using Kiln.Buckets;
using Kiln.Contracts.Plans;
using Kiln.Runner.Caches;
using Kiln.Runner.Phases;

namespace Kiln.Runner.Steps.Caching;

/// <summary>
/// Looks for an entry on this host and among what hosts keep for each other, and shares what this one keeps. When the shared
/// place cannot be reached the host's own copy serves, and the log says so.
/// </summary>
internal static class CacheSharing
{
    /// <summary>The best entry there is, its archive on this host.</summary>
    public static async Task<CacheEntry?> FindAsync(RunScope run, PlannedCache cache, string key, IReadOnlyList<string> prefixes)
    {
        var store = run.Place.Caches;
        var here = store.Find(cache.Scope, key, prefixes);
        if (store.Shared is not { } shared)
        {
            return here;
        }
        try
        {
            var there = await shared.FindAsync(cache.Scope, key, prefixes, run.Stop.Token);
            return there is not null && IsBetter(there, here, key) && await BringAsync(run, shared, there) ? there : here;
        }
        catch (Exception trouble) when (trouble is BucketException or IOException)
        {
            await run.SayAsync($"cache: what hosts share is out of reach, so this host's own copy is used. {trouble.Message}");
            return here;
        }
        catch (OperationCanceledException) when (run.Stop.Token.IsCancellationRequested)
        {
            return here;
        }
    }

    /// <summary>Gives an entry of this host to the others.</summary>
    public static async Task ShareAsync(RunScope run, CacheEntry entry)
    {
        if (run.Place.Caches.Shared is not { } shared)
        {
            return;
        }
        var begin = run.Place.Clock.GetTimestamp();
        try
        {
            var sent = await shared.PutAsync(entry, run.Place.Caches.BlobOf(entry), run.Stop.Token);
            await run.SayAsync(string.Create(CultureInfo.InvariantCulture, $"cache: shared, {sent} bytes sent in {Seconds(run, begin)} s"));
        }
        catch (Exception trouble) when (trouble is BucketException or IOException)
        {
            await run.SayAsync($"cache: kept on this host only. {trouble.Message}");
        }
    }

    private static async Task<bool> BringAsync(RunScope run, SharedCache shared, CacheEntry entry)
    {
        var store = run.Place.Caches;
        if (store.HasArchive(entry))
        {
            store.Take(draft: null, entry);
            return true;
        }
        var begin = run.Place.Clock.GetTimestamp();
        var draft = store.DraftOf($"{Path.GetFileName(run.Directory.Path)}-fetched");
        if (!await shared.FetchAsync(entry, draft, run.Stop.Token))
        {
            return false;
        }
        store.Take(draft, entry);
        await run.SayAsync(string.Create(CultureInfo.InvariantCulture,
            $"cache: fetched {entry.Size} bytes from what hosts share in {Seconds(run, begin)} s"));
        return true;
    }

    // The whole name before a beginning of it, then the newer one.
    private static bool IsBetter(CacheEntry there, CacheEntry? here, string key) =>
        here is null
        || (there.Key == key && here.Key != key)
        || ((there.Key == key) == (here.Key == key) && there.SavedAtMs > here.SavedAtMs);

    private static string Seconds(RunScope run, long begin) =>
        run.Place.Clock.GetElapsedTime(begin).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
}
