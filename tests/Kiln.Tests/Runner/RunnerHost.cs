using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner;
using Kiln.Runner.Caches;
using Kiln.Runner.Packages;
using Kiln.Runner.Workspaces;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiln.Tests.Runner;

/// <summary>A directory of runs and real runners with a real kiln-exec in it.</summary>
internal sealed class RunnerHost : IDisposable
{
    private readonly TempDirectory _root = new();

    private readonly TempDirectory _store = new();
    private readonly HttpClient _downloads = new();

    /// <param name="shared">What hosts keep for each other.</param>
    /// <param name="path">Where its programs are; <c>null</c> = where those of this machine are.</param>
    /// <param name="docker">Its <c>DOCKER_HOST</c>; <c>null</c> = that of this machine.</param>
    public RunnerHost(SharedCache? shared = null, string? path = null, string? docker = null) => Place = new RunnerPlace
    {
        ExecBinary = KilnBinaries.Exec,
        HostName = "test-host",
        Version = "1.2.3",
        AgentId = Guid.NewGuid().ToString("n"),
        Inherited = RunnerPlace.Inherit(name => (name == "PATH" ? path : name == "DOCKER_HOST" ? docker : null) ?? Environment.GetEnvironmentVariable(name)),
        ExecEnvironment = [],
        Clock = TimeProvider.System,
        Packages = new PackageStore(Path.Combine(_store.Path, "packages"), _downloads, TimeProvider.System),
        Caches = new CacheStore(Path.Combine(_store.Path, "cache"), 64L << 20, TimeProvider.System, shared),
    };

    public RunnerPlace Place { get; }

    /// <summary>Where its run directories are.</summary>
    public string Root => _root.Path;

    /// <summary>What the agent of this host keeps beside its runs.</summary>
    public string Store => _store.Path;

    public static FakeAttempt Attempt(RunSpec spec) =>
        new(new Lease(new LeaseKey(spec.RunId, spec.Attempt, Fence: 1), "token", spec));

    public RunDirectory DirectoryOf(FakeAttempt attempt) => RunDirectory.Of(_root.Path, attempt.Lease.Key);

    public AttemptRunner Runner(FakeAttempt attempt) => Runner(attempt, Place);

    public AttemptRunner Runner(FakeAttempt attempt, RunnerPlace place) =>
        new(attempt.Lease, DirectoryOf(attempt), place, attempt, NullLogger.Instance);

    /// <summary>Runs a spec to its end and checks that nothing is left of it.</summary>
    public async Task<FakeAttempt> RunAsync(RunSpec spec)
    {
        var attempt = Attempt(spec);
        using var runner = Runner(attempt);
        Assert.Equal(RunnerEnd.Delivered, await runner.RunAsync(isAdopted: false, CancellationToken.None));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
        return attempt;
    }

    /// <summary>Runs a spec to its end while others may run on this host.</summary>
    public async Task<RunEvent.Ended> RunBesideAsync(RunSpec spec)
    {
        var attempt = Attempt(spec);
        using var runner = Runner(attempt);
        Assert.Equal(RunnerEnd.Delivered, await runner.RunAsync(isAdopted: false, CancellationToken.None));
        return await attempt.Ended;
    }

    public void Dispose()
    {
        _downloads.Dispose();
        _store.Dispose();
        _root.Dispose();
    }
}
