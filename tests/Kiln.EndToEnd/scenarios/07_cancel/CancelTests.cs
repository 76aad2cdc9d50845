using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>A cancelled run leaves nothing behind, however its processes were started.</summary>
public sealed class CancelTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task No_process_of_the_five_kinds_outlives_a_cancel()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--grace", "1s");
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        var mark = _scratch["sleeper"];
        File.Copy("/bin/sleep", mark);
        File.SetUnixFileMode(mark, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await builds.DefineAsync("cancel-tree", $"""
            trap '' TERM
            {mark} 1001 &
            ({mark} 1002 & {mark} 1003) &
            nohup {mark} 1004 >/dev/null 2>&1 &
            setsid {mark} 1005 &
            read -r _ < {gate.Path}
            {mark} 1006
            """, Token);
        var runId = await builds.StartAsync("cancel-tree", Token);
        await gate.ArrivedAsync(Token);

        await builds.CancelAsync(runId, Token);

        var run = await builds.EndAsync(runId, Token);
        Assert.Equal(RunStatus.Cancelled, run.Status);
        Assert.Equal(RunReason.CancelledByUser, run.Reason);
        Assert.DoesNotContain(ProcessTable.All(), process => process.CommandLine.StartsWith(mark));
    }

    [Fact]
    public async Task A_queued_run_is_cancelled_at_once()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0");
        var builds = new BuildDriver(server);
        await builds.DefineAsync("cancel-queued", "echo never", Token);
        var runId = await builds.StartAsync("cancel-queued", Token);

        await builds.CancelAsync(runId, Token);

        Assert.Equal(RunStatus.Cancelled, (await builds.EndAsync(runId, Token)).Status);
    }
}
