using Kiln.Contracts.Exec;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Exec;

public sealed class StopTests
{
    private const string DeafTree = """
        trap '' TERM
        bash -c 'trap "" TERM; bash -c "trap : TERM; while :; do sleep 1; done" & while :; do sleep 1; done' &
        nohup sleep 1000 > /dev/null 2>&1 &
        setsid bash -c 'trap "" TERM; sleep 1000 & while :; do sleep 1; done' &
        (setsid bash -c '(sleep 1000 < /dev/null > /dev/null 2>&1 &)' &)
        echo up
        while :; do sleep 1; done
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    public async Task A_tree_that_ignores_TERM_forks_and_daemonises_is_gone_after_grace(int graceMs)
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.SendAsync(run.Script(DeafTree));
        await run.NextAsync<ExecNotice.Log>(log => log.Length >= 3);
        await run.SendAsync(new ExecCommand.Stop("cancelled", graceMs));
        var ended = await run.NextAsync<ExecNotice.Ended>();

        Assert.Equal(("cancelled", 9), (ended.Stopped, ended.Signal));
        Assert.Null(ended.Problem);
        Assert.Empty(run.Survivors());
    }

    [Fact]
    public async Task A_script_may_clean_up_when_it_is_told_to_stop()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.SendAsync(run.Script("trap 'echo bye; exit 5' TERM\necho up\nwhile :; do sleep 1; done\n"));
        await run.NextAsync<ExecNotice.Log>(log => log.Length >= 3);
        await run.SendAsync(new ExecCommand.Stop("cancelled", 50_000));
        var ended = await run.NextAsync<ExecNotice.Ended>();

        Assert.Equal(("cancelled", 5), (ended.Stopped, ended.ExitCode));
        Assert.StartsWith("up\n", run.Log);
        Assert.EndsWith("bye\n", run.Log);
    }

    [Fact]
    public async Task A_tree_that_forks_without_end_is_ended_too()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.SendAsync(run.Script("""
            echo up
            spawn() { while :; do (sleep 0.01; sleep 0.01) & wait -n; done; }
            for i in {1..8}; do spawn & done
            wait
            """));
        await run.NextAsync<ExecNotice.Log>(log => log.Length >= 3);
        await run.SendAsync(new ExecCommand.Stop("cancelled", 0));
        await run.NextAsync<ExecNotice.Ended>();

        Assert.Empty(run.Survivors());
    }

    [Fact]
    public async Task The_deadline_ends_a_run_that_has_no_runner()
    {
        await using var run = await ExecRun.StartAsync();
        var fifo = Path.Combine(run.Workspace, "fifo");
        await run.HelloAsync();
        await run.RunAsync(run.Shell("fifo", "mkfifo fifo"));
        await run.HelloAsync(deadlineMs: 1500, graceMs: 50_000);
        await run.SendAsync(run.Script("trap 'echo stopped > fifo; exit 9' TERM\necho up\nwhile :; do sleep 0.1; done\n"));
        await run.NextAsync<ExecNotice.Log>(log => log.Length >= 3);
        await run.DisconnectAsync();
        Assert.Equal("stopped\n", await File.ReadAllTextAsync(fifo, run.Token));

        await run.ConnectAsync();
        var state = await run.HelloAsync();
        var ended = state.History.SingleOrDefault(e => e.Id == "script") ?? await run.NextAsync<ExecNotice.Ended>();
        Assert.Equal(("timeout", 9), (ended.Stopped, ended.ExitCode));

        await run.SendAsync(run.Shell("late", "true"));
        Assert.Contains("time is over", (await run.NextAsync<ExecNotice.Refused>()).Message);
    }

    [Fact]
    public async Task Finish_ends_what_runs_and_says_so()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.SendAsync(run.Script(DeafTree));
        await run.NextAsync<ExecNotice.Log>(log => log.Length >= 3);
        await run.SendAsync(new ExecCommand.Finish());
        var ended = await run.NextAsync<ExecNotice.Ended>();
        var end = await run.NextAsync<ExecNotice.Sealed>();

        Assert.Equal(9, ended.Signal);
        Assert.Equal(end.LogLength, run.LogBytes.Length);
        Assert.True(ExecJournal.Read(run.RunDirectory).IsSealed);
    }
}
