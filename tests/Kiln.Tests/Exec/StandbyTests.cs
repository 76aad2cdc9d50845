using System.Diagnostics;
using Kiln.Contracts.Exec;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Exec;

/// <summary>An exec that is started before there is a run for it.</summary>
public sealed class StandbyTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task An_exec_that_waited_serves_its_run_like_one_that_was_started_for_it()
    {
        using var standby = new ExecStandby(KilnBinaries.Exec, [], _time);
        standby.Begin();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var waiting = Waiting();
        await using var run = await ExecRun.StartAsync(standby);
        await run.HelloAsync("s3cret-value");

        var ended = await run.RunAsync(run.Script("echo s3cret-value $KILN_RUN_MARK; export VERSION=2; exit 7", "VERSION"));

        Assert.Equal(waiting, run.Pid);
        Assert.Equal((7, "2"), (ended.ExitCode, ended.Outputs.Single().Value));
        Assert.Equal($"******** {run.RunId}\n", run.Log);
    }

    [Fact]
    public async Task After_a_run_the_next_one_is_made_ready_and_each_serves_one_run()
    {
        using var standby = new ExecStandby(KilnBinaries.Exec, [], _time);
        await using var first = await ExecRun.StartAsync(standby);
        _time.Advance(TimeSpan.FromSeconds(1));
        var waiting = Waiting();
        await using var second = await ExecRun.StartAsync(standby);
        await using var third = await ExecRun.StartAsync(standby);

        Assert.Equal(waiting, second.Pid);
        Assert.Equal(3, new HashSet<int> { first.Pid, second.Pid, third.Pid }.Count);
    }

    [Fact]
    public async Task When_a_runs_last_process_has_ended_the_next_exec_is_made_ready_without_a_pause()
    {
        using var standby = new ExecStandby(KilnBinaries.Exec, [], _time);
        await using var first = await ExecRun.StartAsync(standby);

        standby.Refill();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var waiting = Waiting();
        await using var second = await ExecRun.StartAsync(standby);

        Assert.Equal(waiting, second.Pid);
    }

    [Fact]
    public async Task One_that_died_while_it_waited_is_not_missed()
    {
        using var standby = new ExecStandby(KilnBinaries.Exec, [], _time);
        standby.Begin();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        using (var waiting = Process.GetProcessById(Waiting()))
        {
            waiting.Kill();
            await waiting.WaitForExitAsync();
        }

        await using var run = await ExecRun.StartAsync(standby);
        await run.HelloAsync();

        Assert.Equal(0, (await run.RunAsync(run.Shell("one", "true"))).ExitCode);
    }

    [Fact]
    public async Task It_ends_when_its_agent_does_not_need_it_any_more()
    {
        var standby = new ExecStandby(KilnBinaries.Exec, [], _time);
        standby.Begin();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        using var waiting = Process.GetProcessById(Waiting());

        standby.Dispose();

        await waiting.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
    }

    // The one child of this process that was started with that argument.
    private static int Waiting() => Directory.EnumerateDirectories("/proc")
        .Select(static path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
        .Single(static pid => pid > 0 && IsWaiting(pid));

    private static bool IsWaiting(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").EndsWith($"\0{ExecProtocol.StandbyArgument}\0", StringComparison.Ordinal)
                && File.ReadAllText($"/proc/{pid}/status").Contains($"PPid:\t{Environment.ProcessId}\n", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
