using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner;
using Kiln.Runner.Workspaces;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiln.Tests.Runner;

/// <summary>A directory of runs and real runners with a real kiln-exec in it.</summary>
internal sealed class RunnerHost : IDisposable
{
    private readonly TempDirectory _root = new();

    public RunnerPlace Place { get; } = new()
    {
        ExecBinary = KilnBinaries.Exec,
        HostName = "test-host",
        Version = "1.2.3",
        AgentId = Guid.NewGuid().ToString("n"),
        Inherited = RunnerPlace.Inherit(Environment.GetEnvironmentVariable),
        ExecEnvironment = [],
        Clock = TimeProvider.System,
    };

    public static FakeAttempt Attempt(RunSpec spec) =>
        new(new Lease(new LeaseKey(spec.RunId, spec.Attempt, Fence: 1), "token", spec));

    public RunDirectory DirectoryOf(FakeAttempt attempt) => RunDirectory.Of(_root.Path, attempt.Lease.Key);

    public AttemptRunner Runner(FakeAttempt attempt) =>
        new(attempt.Lease, DirectoryOf(attempt), Place, attempt, NullLogger.Instance);

    /// <summary>Runs a spec to its end and checks that nothing is left of it.</summary>
    public async Task<FakeAttempt> RunAsync(RunSpec spec)
    {
        var attempt = Attempt(spec);
        using var runner = Runner(attempt);
        Assert.Equal(RunnerEnd.Delivered, await runner.RunAsync(isAdopted: false, CancellationToken.None));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
        return attempt;
    }

    public void Dispose() => _root.Dispose();
}
