using System.Globalization;
using Kiln.Contracts.Protocol;
using Kiln.Runner.Phases;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Kept;

/// <summary>
/// Workspaces of attempts that failed. Where a run may need its workspace once more, the workspace lies here from the beginning, in
/// a <see cref="KeptHome"/> with a link to it in the run directory: it never moves, so the paths in it stay true. It is kept when its
/// attempt fails, taken by an attempt that goes on in it, and swept when it is of no use any more, too old, or too much
/// for the limits.
/// </summary>
/// <param name="directory">Where the homes are; on the file system of the run directories.</param>
/// <param name="limits">What they may take together.</param>
/// <param name="hostName">Name of the host, for people.</param>
/// <param name="clock">Tells ages.</param>
public sealed class KeptWorkspaces(string directory, KeptLimits limits, string hostName, TimeProvider clock)
{
    private readonly string _root = Path.GetFullPath(directory);

    // Held while it is decided whose a home is; never while files are removed.
    private readonly Lock _lock = new();

    /// <summary>What the kept may take together.</summary>
    internal KeptLimits Limits => limits;

    /// <summary>What the server has not heard of yet; <c>null</c> = nothing. Known from the first <see cref="Sweep"/> on.</summary>
    public IReadOnlyList<SweptWorkspace>? Swept { get; private set; }

    /// <summary>Forgets what the server has heard of; one whose files are still there is told again.</summary>
    public void Forget(IReadOnlyList<SweptWorkspace> heard)
    {
        foreach (var home in Homes().Where(home => home.Swept is { } swept && heard.Contains(swept) && !Directory.Exists(home.Workspace)))
        {
            TryRemove(home.Path);
        }
        lock (_lock)
        {
            Swept = Notes();
        }
    }

    /// <summary>Lets go of what is kept too long or beyond the limits, and of what a killed agent has left here.</summary>
    /// <param name="runs">Where the run directories are.</param>
    public void Sweep(string runs)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var gone = new List<string>();
        lock (_lock)
        {
            var taken = HomesOf(runs);
            gone.AddRange(Homes().Where(home => home.IsAnAttempts && !taken.Contains(home.Name)).Select(static home => home.Path));
            var kept = Kept();
            var old = kept.FindAll(one => one.Kept.UntilMs <= now);
            LetGo(old, "has kept it as long as it was to.");
            LetGoSurplus([.. kept.Except(old)]);
            gone.AddRange(Homes().Where(static home => home.Swept is not null).Select(static home => home.Workspace));
            Swept = Notes();
        }
        gone.ForEach(TryRemove);
    }

    /// <summary>Makes an attempt's run directory, with a workspace that can be kept, or in the kept one that it goes on in.</summary>
    /// <returns>What it goes on from; <c>null</c> = it begins from the beginning.</returns>
    internal Continuation? Enter(RunDirectory run, Lease lease)
    {
        if (lease.Spec.ContinuesAttempt == 0)
        {
            if (lease.Key.Attempt > 1)
            {
                LetGoEarlier(lease.Key);
            }
            run.Create(lease.Key, lease.Spec.Plan.Policy.KeepWorkspaceMinutes > 0 && limits.Count > 0
                ? new KeptHome(Path.Combine(_root, Path.GetFileName(run.Path))).Workspace
                : null);
            return null;
        }
        if (KeptHome.Taken(run.Continued) is { } mine)
        {
            run.Create(lease.Key);
            return new Continuation.From(mine);
        }
        lock (_lock)
        {
            foreach (var (home, kept) in Kept())
            {
                if (kept.Key.RunId == lease.Key.RunId && kept.Key.Attempt == lease.Spec.ContinuesAttempt)
                {
                    run.Create(lease.Key, home.Workspace);
                    home.Take(run.Continued);
                    return new Continuation.From(kept);
                }
            }
        }
        run.Create(lease.Key);
        return new Continuation.Gone();
    }

    /// <summary>Keeps the workspace of an attempt that has failed, in the place of older ones if need be.</summary>
    /// <param name="run">The attempt's, made by <see cref="Enter"/>.</param>
    /// <param name="make">What to keep beside it; gets the size in bytes.</param>
    /// <returns>What was kept; <c>null</c> = it is more than the host may keep at all.</returns>
    /// <exception cref="IOException">It cannot be kept.</exception>
    internal KeptAttempt? Keep(RunDirectory run, Func<long, KeptAttempt> make)
    {
        var home = run.Home!;
        var bytes = SizeOf(run.Workspace);
        if (limits.Surplus([bytes]) > 0)
        {
            return null;
        }
        var kept = make(bytes);
        List<string> gone;
        lock (_lock)
        {
            gone = LetGoSurplus([.. Kept().Where(other => other.Home.Name != home.Name), (home, kept)]);
            home.Keep(kept);
            Swept = Notes();
        }
        gone.ForEach(TryRemove);
        return kept;
    }

    private static long SizeOf(string workspace) => new DirectoryInfo(workspace)
        .EnumerateFiles("*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        })
        .Sum(static file => file.Length);

    private static void TryRemove(string directory)
    {
        try
        {
            TreeRemoval.Remove(directory);
        }
        catch (Exception resisted) when (resisted is IOException or UnauthorizedAccessException)
        {
            // Something still writes there, or it is another user's: the next sweep tries it again.
        }
    }

    private static HashSet<string?> HomesOf(string runs) => Directory.Exists(runs)
        ? [.. Directory.EnumerateDirectories(runs).Select(static run => new RunDirectory(run).Home?.Name)]
        : [];

    // Only a run's last attempt can be continued. The next sweep removes the files: a run that begins does not wait for that.
    private void LetGoEarlier(LeaseKey key)
    {
        try
        {
            lock (_lock)
            {
                LetGo(Kept().FindAll(one => one.Kept.Key.RunId == key.RunId), $"has begun attempt {key.Attempt} from the beginning.");
                Swept = Notes();
            }
        }
        catch (Exception resisted) when (resisted is IOException or UnauthorizedAccessException)
        {
            // Then it goes with its age.
        }
    }

    private List<string> LetGoSurplus(List<(KeptHome, KeptAttempt Kept)> oldestFirst) => LetGo(
        oldestFirst[..limits.Surplus([.. oldestFirst.Select(static one => one.Kept.Bytes)])],
        $"keeps {limits}, and others are newer.");

    /// <returns>Directories to be removed.</returns>
    private List<string> LetGo(List<(KeptHome Home, KeptAttempt Kept)> gone, string why)
    {
        foreach (var (home, kept) in gone)
        {
            var since = DateTimeOffset.FromUnixTimeMilliseconds(kept.KeptAtMs);
            home.Sweep(new SweptWorkspace(kept.Key, string.Create(CultureInfo.InvariantCulture,
                $"The workspace of attempt {kept.Key.Attempt}, kept since {since:u}, is there no more: host {hostName} {why}")));
        }
        return [.. gone.Select(static one => one.Home.Workspace)];
    }

    private List<(KeptHome Home, KeptAttempt Kept)> Kept() =>
    [
        .. Homes().Select(static home => (Home: home, home.Kept)).Where(static one => one.Kept is not null)
            .OrderBy(static one => one.Kept!.KeptAtMs).Select(static one => (one.Home, one.Kept!)),
    ];

    private SweptWorkspace[]? Notes() =>
        Homes().Select(static home => home.Swept).OfType<SweptWorkspace>().ToArray() is { Length: > 0 } notes ? notes : null;

    private IEnumerable<KeptHome> Homes() =>
        Directory.Exists(_root) ? Directory.GetDirectories(_root).Select(static path => new KeptHome(path)) : [];
}
