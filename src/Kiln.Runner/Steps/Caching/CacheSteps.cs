using System.Globalization;
using Kiln.Contracts.Exec;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner.Phases;
using Kiln.Runner.Spawning;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Steps.Caching;

/// <summary>
/// Restores and keeps a directory between runs. A cache makes a run faster and never fails it: what goes wrong is said
/// in the log.
/// </summary>
internal static class CacheSteps
{
    private const string RestoreStep = "cache_restore";
    private const string SaveStep = "cache_save";

    public static async Task<StepResult> RestoreAsync(RunScope run, PlannedCache cache)
    {
        if (run.Record.HasEnded(RestoreStep))
        {
            return new StepResult.Passed();
        }
        if (DirectoryOf(run, cache) is not { } directory)
        {
            await run.SayAsync($"cache: {cache.Directory} lies outside the workspace, where a host keeps it by itself");
            return new StepResult.Passed();
        }
        var begin = run.Place.Clock.GetTimestamp();
        var variables = ScriptEnvironment.PublicOf(run);
        var key = CacheKey.Expand(cache.Key, variables, run.Directory.Workspace);
        File.WriteAllText(run.Directory.CacheKey, key);
        var prefixes = cache.RestoreKeys
            .Select(prefix => CacheKey.Expand(prefix, variables, run.Directory.Workspace)).ToArray();
        if (await CacheSharing.FindAsync(run, cache, key, prefixes) is not { } entry)
        {
            await run.SayAsync($"cache: nothing is kept under {Shown(key)} yet");
            return Restored(run, begin, "miss", bytes: 0);
        }
        var fresh = run.Directory.Restoring;
        Directory.CreateDirectory(fresh);
        var end = await TarAsync(run, RestoreStep, ["tar", "-xf", run.Place.Caches.BlobOf(entry), "-C", fresh, "--no-same-owner"]);
        if (end is CommandEnd.Ended { Notice: { ExitCode: 0, Stopped: null } })
        {
            TreeMerge.Into(fresh, Path.Combine(run.Directory.Workspace, directory));
            await run.SayAsync(string.Create(CultureInfo.InvariantCulture,
                $"cache: {(entry.Key == key ? "hit" : "partial hit")} {Shown(entry.Key)}, {entry.Size} bytes in {Seconds(run, begin)} s"));
            return Restored(run, begin, entry.Key == key ? "hit" : "partial", entry.Size);
        }
        var isFull = DiskTrouble.IsFullAt(fresh);
        TreeRemoval.Remove(fresh);
        return await TroubleAsync(run, end, begin, "could not be restored; the run goes on without it", isFull);
    }

    public static async Task<StepResult> SaveAsync(RunScope run, PlannedCache cache)
    {
        if (run.Record.HasEnded(SaveStep) || DirectoryOf(run, cache) is not { } directory)
        {
            return new StepResult.Passed();
        }
        var begin = run.Place.Clock.GetTimestamp();
        var key = File.Exists(run.Directory.CacheKey) ? File.ReadAllText(run.Directory.CacheKey) : "";
        if (CacheKey.TellsContent(cache.Key) && run.Place.Caches.Find(cache.Scope, key, []) is not null)
        {
            await run.SayAsync($"cache: {Shown(key)} is kept already");
            return Kept(run, begin, "unchanged", bytes: 0);
        }
        var source = Path.Combine(run.Directory.Workspace, directory);
        // In a pod the tree is another container's, and a link in it could lead to what that must not see.
        if (run.Place.Room is not null && ConfinedPath.LeadsThroughLink(run.Directory.Workspace, directory))
        {
            await run.SayAsync($"cache: {cache.Directory} is a link or lies behind one, so nothing is kept");
            return new StepResult.Passed();
        }
        if (!Directory.Exists(source))
        {
            await run.SayAsync($"cache: there is no directory {cache.Directory}, so nothing is kept");
            return new StepResult.Passed();
        }
        var draft = run.Place.Caches.DraftOf(Path.GetFileName(run.Directory.Path));
        var end = await TarAsync(run, SaveStep,
        [
            "tar", "-I", Compressor(run), "--sort=name", "--format=posix",
            "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime", "-cf", draft, "-C", source, ".",
        ]);
        // tar says 1 when a file changed under it: what it has is still whole.
        if (end is not CommandEnd.Ended { Notice: { ExitCode: 0 or 1, Stopped: null } })
        {
            var isFull = DiskTrouble.IsFullAt(Path.GetDirectoryName(draft)!);
            File.Delete(draft);
            return await TroubleAsync(run, end, begin, "could not be kept", isFull);
        }
        try
        {
            if (!File.Exists(draft))
            {
                return new StepResult.Passed();
            }
            var entry = await run.Place.Caches.SaveAsync(draft, cache.Scope, key, run.Stop.Token);
            await run.SayAsync(string.Create(CultureInfo.InvariantCulture,
                $"cache: kept {Shown(key)}, {entry.Size} bytes in {Seconds(run, begin)} s"));
            await CacheSharing.ShareAsync(run, entry);
            return Kept(run, begin, "saved", entry.Size);
        }
        catch (OperationCanceledException) when (run.Stop.Token.IsCancellationRequested)
        {
            return new StepResult.Stopped();
        }
        catch (IOException trouble)
        {
            return await FailedAsync(run, begin, "could not be kept", trouble.Message);
        }
    }

    private static Task<CommandEnd> TarAsync(RunScope run, string step, string[] command) =>
        run.RunAsync(step, step, new ExecCommand.Start(
            step, command, [.. PlaceEnvironment.Of(run.Place, run.Directory)], run.Directory.Workspace,
            Stdin: null, Capture: false, Credentials: []));

    /// <param name="run">The run.</param>
    /// <param name="end">How tar ended.</param>
    /// <param name="begin">When the step began.</param>
    /// <param name="what">What was not done.</param>
    /// <param name="isFull">Whether the disk was full then: what a full disk makes tar and its compressor say differs.</param>
    private static async Task<StepResult> TroubleAsync(RunScope run, CommandEnd end, long begin, string what, bool isFull) => end switch
    {
        CommandEnd.ExecDied => new StepResult.ExecDied(),
        CommandEnd.Ended { Notice.Stopped: not null } => new StepResult.Stopped(),
        CommandEnd.Ended { Notice: var notice } when isFull || DiskTrouble.IsFull(run.WordsOf(notice)) =>
            await FailedAsync(run, begin, what, $"the disk of {run.Place.HostName} is full"),
        CommandEnd.Refused refused => await FailedAsync(run, begin, what, refused.Message),
        _ => await FailedAsync(run, begin, what, "the archive is damaged, or its files cannot be read or written"),
    };

    // The step's message begins with a word for machines, as it does for a hit.
    private static async Task<StepResult> FailedAsync(RunScope run, long begin, string what, string why)
    {
        await run.SayAsync($"cache: {what}: {why}");
        return new StepResult.Passed($"failed: {why}", Use(run, begin, "failed", bytes: 0));
    }

    private static StepResult.Passed Restored(RunScope run, long begin, string result, long bytes) =>
        new(result, Use(run, begin, result, bytes));

    private static StepResult.Passed Kept(RunScope run, long begin, string result, long bytes) => new("", Use(run, begin, result, bytes));

    private static CacheUse Use(RunScope run, long begin, string result, long bytes) =>
        new(result, bytes, (long)run.Place.Clock.GetElapsedTime(begin).TotalMilliseconds);

    private static string? DirectoryOf(RunScope run, PlannedCache cache) =>
        PlannedCache.IsWorkspace(cache.Directory) ? ""
        : ConfinedPath.Below(run.Directory.Workspace, VariableExpansion.Expand(cache.Directory, ScriptEnvironment.PublicOf(run)));

    private static string Compressor(RunScope run) =>
        ProgramPath.Find("zstd", run.Place.Inherited["PATH"]) is null ? "gzip" : "zstd -T0 -3";

    private static string Shown(string key) => key.Length == 0 ? "this build's name" : $"\"{key}\"";

    private static string Seconds(RunScope run, long begin) =>
        run.Place.Clock.GetElapsedTime(begin).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
}
