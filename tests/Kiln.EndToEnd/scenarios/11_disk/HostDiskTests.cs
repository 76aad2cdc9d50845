using System.Text;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>A host whose disk is small, and gets full.</summary>
public sealed class HostDiskTests : IDisposable
{
    private const int Megabytes = 32;
    private readonly Scratch _scratch = new();
    private readonly SmallDisk? _disk;

    public HostDiskTests() => _disk = SmallDisk.Mount(_scratch, "agent", Megabytes);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _scratch.Dispose();
        _disk?.Dispose();
    }

    [Fact]
    public async Task A_script_that_fills_the_disk_fails_by_itself_and_its_log_is_whole()
    {
        Assert.SkipWhen(_disk is null, "this user may not mount a small disk");
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0");
        await using var agent = await JoinAsync(server);
        var builds = new BuildDriver(server);

        var run = await builds.RunAsync(
            "fills", "echo before; head -c 100M /dev/zero > filling || { echo it is full; exit 7; }", Token);

        Assert.True(run.Status == RunStatus.Failed, $"{run}\n{agent.Errors}");
        Assert.Equal((RunReason.DiskFull, 7), (run.Reason, run.ExitCode));
        Assert.Equal("The script ended with exit code 7, and the disk of small is full.", run.Message);
        var log = Encoding.UTF8.GetString(await builds.LogAsync(run.RunId, "script", Token));
        Assert.StartsWith("before\n", log);
        Assert.EndsWith("it is full\n", log);
    }

    [Fact]
    public async Task A_run_that_a_full_host_cannot_begin_is_lost_with_the_reason_and_the_next_one_runs_when_there_is_room()
    {
        Assert.SkipWhen(_disk is null, "this user may not mount a small disk");
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0");
        await using var agent = await JoinAsync(server);
        var builds = new BuildDriver(server);
        await builds.DefineAsync("waits-for-room", "echo there is room", Token);
        await agent.ComplainsAsync("is connected", Token);
        _disk.Fill();

        var lost = await builds.EndAsync(await builds.StartAsync("waits-for-room", Token), Token);
        _disk.Free();
        var next = await builds.EndAsync(await builds.StartAsync("waits-for-room", Token), Token);

        Assert.True((RunStatus.Lost, RunReason.DiskFull) == (lost.Status, lost.Reason), $"{lost}\n{agent.Errors}");
        Assert.Contains("The disk of small is full", lost.Message);
        Assert.Equal(RunStatus.Passed, next.Status);
        await _scratch.EmptiedAsync("agent/runs", Token);
    }

    [Fact]
    public async Task A_log_that_reaches_its_bound_makes_its_script_wait_and_loses_nothing()
    {
        Assert.SkipWhen(_disk is null, "this user may not mount a small disk");
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0");
        await using var agent = await JoinAsync(server);
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        await builds.DefineAsync("loud", $"echo begins; read -r _ < {gate.Path}; seq 1 1000000; touch {_scratch["through"]}", Token);
        var runId = await builds.StartAsync("loud", Token);
        await gate.ArrivedAsync(Token);

        // The server is there and answers nothing: what the script writes stays on the host, a tenth of its disk at most.
        Signal.Freeze(server.ProcessId);
        gate.Open();
        await HoldsAsync(_scratch[$"agent/runs/{runId}-1-1/runner.journal"], RunReason.LogBackpressure);
        Assert.False(File.Exists(_scratch["through"]));
        Signal.Thaw(server.ProcessId);

        var run = await builds.EndAsync(runId, Token);
        Assert.True(run.Status == RunStatus.Passed, $"{run}\n{agent.Errors}");
        Assert.True(File.Exists(_scratch["through"]));
        var expected = "begins\n" + string.Concat(Enumerable.Range(1, 1_000_000).Select(n => $"{n}\n"));
        Assert.True(expected == Encoding.ASCII.GetString(await builds.LogAsync(runId, "script", Token)));
    }

    private Task<RunningProgram> JoinAsync(KilnServer server) => server.JoinAsync(_scratch, "small", [], Token);

    /// <summary>Waits until a file holds a text, woken by the file system.</summary>
    private static async Task HoldsAsync(string file, string text)
    {
        var holds = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!, Path.GetFileName(file));
        watcher.Changed += (_, _) => Look();
        watcher.EnableRaisingEvents = true;
        Look();
        await holds.Task.WaitAsync(Token);

        void Look()
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            _ = reader.ReadToEnd().Contains(text, StringComparison.Ordinal) && holds.TrySetResult();
        }
    }
}
