using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kiln.Contracts.Protocol;
using Kiln.Runner.Phases;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Kept;

/// <summary>
/// Workspaces of attempts that failed. Where a run may need its workspace once more, the workspace lies here from the beginning, in
/// a home of its own with a link to it in the run directory: it never moves, so the paths in it stay true. A home is <em>kept</em>
/// by the file beside its workspace, <em>taken</em> by an attempt that moves this file into its own run directory, and
/// <em>swept</em> when it became too old, too large or one too many; what is left then is a note for the server.
/// </summary>
/// <param name="directory">Where the homes are; on the file system of the run directories.</param>
/// <param name="limits">What they may take together.</param>
/// <param name="hostName">Name of the host, for people.</param>
/// <param name="clock">Tells ages.</param>
public sealed class KeptWorkspaces(string directory, KeptLimits limits, string hostName, TimeProvider clock)
{
    /// <summary>Beside a workspace that is kept: what another attempt needs to go on in it.</summary>
    internal const string KeptFile = "kept.json";

    /// <summary>In the place of a workspace that is kept no more, until the server has heard of it.</summary>
    internal const string SweptFile = "swept.json";

    private readonly string _root = Path.GetFullPath(directory);
    private readonly Lock _lock = new();

    /// <summary>What the server has not heard of yet; <c>null</c> = nothing. Known from the first <see cref="Sweep"/> on.</summary>
    public IReadOnlyList<SweptWorkspace>? Swept { get; private set; }

    /// <summary>Forgets what the server has heard of; one whose rest cannot be removed yet is told again.</summary>
    public void Forget(IReadOnlyList<SweptWorkspace> heard)
    {
        lock (_lock)
        {
            foreach (var home in Homes())
            {
                if (SweptIn(home) is { } swept && heard.Contains(swept))
                {
                    TryRemove(home);
                }
            }
            Swept = Notes();
        }
    }

    /// <summary>Lets go of what is kept too long, and of what a killed agent has left here.</summary>
    /// <param name="isTaken">Whether a run directory has this home.</param>
    public void Sweep(Func<string, bool> isTaken)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_lock)
        {
            foreach (var home in Homes())
            {
                if (KeptIn(home) is not { } kept)
                {
                    if (!File.Exists(Path.Combine(home, SweptFile)) && !isTaken(home))
                    {
                        TryRemove(home);
                    }
                }
                else if (kept.UntilMs <= now)
                {
                    SweepHome(home, kept, $"Host {hostName} has kept it as long as it was to.");
                }
            }
            Swept = Notes();
        }
    }

    /// <summary>Makes an attempt's run directory, with a workspace that can be kept, or in the kept one that it goes on in.</summary>
    /// <returns>What it goes on from; <c>null</c> = it begins from the beginning.</returns>
    internal Continuation? Enter(RunDirectory run, Lease lease)
    {
        lock (_lock)
        {
            if (lease.Spec.ContinuesAttempt == 0)
            {
                run.Create(lease.Key, lease.Spec.Plan.Policy.KeepWorkspaceMinutes > 0 && limits.Count > 0
                    ? WorkspaceOf(Path.Combine(_root, Path.GetFileName(run.Path)))
                    : null);
                return null;
            }
            if (Read(run.Continued, KeptJson.Default.KeptAttempt) is { } mine)
            {
                run.Create(lease.Key);
                return new Continuation.From(mine);
            }
            foreach (var home in Homes())
            {
                if (KeptIn(home) is { } kept && kept.Key.RunId == lease.Key.RunId && kept.Key.Attempt == lease.Spec.ContinuesAttempt)
                {
                    run.Create(lease.Key, WorkspaceOf(home));
                    File.Move(Path.Combine(home, KeptFile), run.Continued);
                    return new Continuation.From(kept);
                }
            }
            run.Create(lease.Key);
            return new Continuation.Gone();
        }
    }

    /// <summary>Keeps the workspace of an attempt that has failed, in the place of older ones if need be.</summary>
    /// <param name="run">The attempt's, made by <see cref="Enter"/>.</param>
    /// <param name="make">What to keep beside it; gets the size in bytes.</param>
    /// <returns>What was kept; <c>null</c> = it is larger than all that the host may keep.</returns>
    /// <exception cref="IOException">It cannot be kept.</exception>
    internal KeptAttempt? Keep(RunDirectory run, Func<long, KeptAttempt> make)
    {
        var home = run.Home!;
        var bytes = SizeOf(run.Workspace);
        if (bytes > limits.Bytes)
        {
            return null;
        }
        var kept = make(bytes);
        lock (_lock)
        {
            var others = Homes().Where(other => other != home).Select(other => (Home: other, Kept: KeptIn(other)))
                .Where(static other => other.Kept is not null).OrderBy(static other => other.Kept!.KeptAtMs).ToList();
            while (others.Count > 0 && (others.Count >= limits.Count || others.Sum(static other => other.Kept!.Bytes) + bytes > limits.Bytes))
            {
                SweepHome(others[0].Home, others[0].Kept!, $"Host {hostName} made room for a newer one; it keeps {limits}.");
                others.RemoveAt(0);
            }
            Write(Path.Combine(home, KeptFile), kept, KeptJson.Default.KeptAttempt);
            Swept = Notes();
        }
        return kept;
    }

    /// <summary>Takes back that an attempt's workspace is kept: an earlier runner meant to, and the attempt has ended in another way.</summary>
    internal static void Release(RunDirectory run)
    {
        if (run.Home is { } home)
        {
            File.Delete(Path.Combine(home, KeptFile));
        }
    }

    private static string WorkspaceOf(string home) => Path.Combine(home, "workspace");

    private static KeptAttempt? KeptIn(string home) => Read(Path.Combine(home, KeptFile), KeptJson.Default.KeptAttempt);

    private static T? Read<T>(string file, JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), shape) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // By a rename: a reader sees it whole or not at all.
    private static void Write<T>(string file, T content, JsonTypeInfo<T> shape)
    {
        var draft = file + ".draft";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(content, shape));
        File.Move(draft, file, overwrite: true);
    }

    private static long SizeOf(string workspace) => new DirectoryInfo(workspace)
        .EnumerateFiles("*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        })
        .Sum(static file => file.Length);

    // The note first: a kill in between leaves files that nobody can take any more, and the next sweep removes them.
    private static void SweepHome(string home, KeptAttempt kept, string why)
    {
        var since = DateTimeOffset.FromUnixTimeMilliseconds(kept.KeptAtMs).ToString("u", CultureInfo.InvariantCulture);
        Write(
            Path.Combine(home, SweptFile),
            new SweptWorkspace(kept.Key, $"The workspace of attempt {kept.Key.Attempt}, kept since {since}, is there no more. {why}"),
            KeptJson.Default.SweptWorkspace);
        File.Delete(Path.Combine(home, KeptFile));
        TryRemove(WorkspaceOf(home));
    }

    private static void TryRemove(string directory)
    {
        try
        {
            TreeRemoval.Remove(directory);
        }
        catch (Exception resisted) when (resisted is IOException or UnauthorizedAccessException)
        {
            // Something still writes there, or it is another user's: the next sweep, or what forgets the note, tries it again.
        }
    }

    private SweptWorkspace[]? Notes() =>
        Homes().Select(SweptIn).OfType<SweptWorkspace>().ToArray() is { Length: > 0 } notes ? notes : null;

    private static SweptWorkspace? SweptIn(string home) => Read(Path.Combine(home, SweptFile), KeptJson.Default.SweptWorkspace);

    private string[] Homes() => Directory.Exists(_root) ? Directory.GetDirectories(_root) : [];
}
