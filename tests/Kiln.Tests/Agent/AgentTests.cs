using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Agent;

public sealed class AgentTests : IDisposable
{
    private readonly TempDirectory _data = new();

    private string Runs => Path.Combine(_data.Path, "runs");

    private string Gate => Path.Combine(_data.Path, "gate");

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task An_agent_takes_a_lease_and_brings_it_to_its_end()
    {
        await using var server = await FakeKilnServer.StartAsync();
        using var agent = AgentProcess.Start(server.Address, _data.Path, "--labels", "linux,fast", "--capacity", "3");

        var run = server.Lease(Of(Shell("echo hello")));

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Equal("hello\n", run.LogOf("script"));
        Assert.True(server.Polls.TryPeek(out var poll));
        Assert.Equal(["linux", "fast"], poll.Agent.Labels);
        Assert.Equal(3, poll.Agent.Capacity);
        Assert.Contains("shell", poll.Agent.Shells);
    }

    [Fact]
    public async Task A_killed_agent_is_followed_by_one_that_brings_the_run_to_its_true_end()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Lease(Of(Shell($"seq 1 1000; echo waiting; until [ -e {Gate} ]; do sleep 0.01; done; seq 1001 2000; exit 7")));
        using (var first = AgentProcess.Start(server.Address, _data.Path))
        {
            await run.LogHolds("waiting");
            await first.KillAsync();
        }
        // The script ends while nobody is there to see it.
        await File.WriteAllTextAsync(Gate, "");

        using var second = AgentProcess.Start(server.Address, _data.Path);

        var end = await run.Ended;
        Assert.Equal((RunStatus.Failed, 7), (end.Status, end.ExitCode));
        Assert.Equal(
            string.Join("", Enumerable.Range(1, 1000).Select(static n => $"{n}\n")) + "waiting\n"
                + string.Join("", Enumerable.Range(1001, 1000).Select(static n => $"{n}\n")),
            run.LogOf("script"));
        Assert.Equal(
            Enumerable.Range(1, run.Events.Count), run.Events.Select(static happened => (int)happened.Seq));
    }

    [Fact]
    public async Task A_run_goes_on_while_the_server_is_away()
    {
        await using var server = await FakeKilnServer.StartAsync();
        using var agent = AgentProcess.Start(server.Address, _data.Path);
        var run = server.Lease(Of(Shell($"echo up; until [ -e {Gate} ]; do sleep 0.01; done; echo done; touch {Gate}.done")));
        await run.LogHolds("up");

        server.GoAway();
        using var written = new FileSystemWatcher(_data.Path) { EnableRaisingEvents = true };
        var isDone = new TaskCompletionSource();
        written.Created += (_, file) => _ = file.Name!.EndsWith(".done") && isDone.TrySetResult();
        await File.WriteAllTextAsync(Gate, "");
        await isDone.Task;
        server.ComeBack();

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Equal("up\ndone\n", run.LogOf("script"));
    }

    [Fact]
    public async Task A_run_that_was_given_to_another_meanwhile_is_ended_and_removed_at_adoption()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Lease(Of(Shell($"echo up; echo $$ > {_data.Path}/pid; sleep 600")));
        using (var first = AgentProcess.Start(server.Address, _data.Path))
        {
            await run.LogHolds("up");
            await first.KillAsync();
        }
        run.IsStale = true;

        using var second = AgentProcess.Start(server.Address, _data.Path);
        // It takes its next run, so it lives.
        var next = server.Lease(Of(Shell("true")) with { RunId = 8 }, fence: 2);
        await next.Ended;

        await Gone(Path.Combine(Runs, "7-1-1"));
        Assert.DoesNotContain(run.Events, static happened => happened is RunEvent.Ended);
    }

    [Fact]
    public async Task A_terminated_agent_leaves_its_runs_to_the_next()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Lease(Of(Shell($"echo up; until [ -e {Gate} ]; do sleep 0.01; done; echo done")));
        using (var first = AgentProcess.Start(server.Address, _data.Path))
        {
            await run.LogHolds("up");
            Assert.Equal(0, await first.TerminateAsync());
        }
        Assert.DoesNotContain(run.Events, static happened => happened is RunEvent.Ended);
        await File.WriteAllTextAsync(Gate, "");

        using var second = AgentProcess.Start(server.Address, _data.Path);

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
    }

    [Fact]
    public async Task An_agent_that_stops_its_runs_delivers_their_ends_first()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Lease(Of(Shell("echo up; sleep 600")));
        using var agent = AgentProcess.Start(server.Address, _data.Path, "--stop-runs");
        await run.LogHolds("up");

        Assert.Equal(0, await agent.TerminateAsync());

        var end = await run.Ended;
        Assert.Equal((RunStatus.Cancelled, RunReason.AgentStopped), (end.Status, end.Reason));
        Assert.Empty(Directory.EnumerateDirectories(Runs));
    }

    [Fact]
    public async Task A_stop_order_of_a_poll_reaches_the_run()
    {
        await using var server = await FakeKilnServer.StartAsync();
        using var agent = AgentProcess.Start(server.Address, _data.Path);
        var run = server.Lease(Of(Shell("echo up; sleep 600")));
        await run.LogHolds("up");

        server.Order(new StopOrder(run.Lease.Key, "timeout", ""));

        var end = await run.Ended;
        Assert.Equal((RunStatus.Timeout, RunReason.RunTimeout), (end.Status, end.Reason));
        Assert.Equal("The run took longer than its limit of 10 minutes and was stopped.", end.Message);
    }

    /// <summary>Waits for a directory to be removed, woken by the file system.</summary>
    private static async Task Gone(string path)
    {
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!) { EnableRaisingEvents = true };
        var isGone = new TaskCompletionSource();
        watcher.Deleted += (_, _) => _ = !Directory.Exists(path) && isGone.TrySetResult();
        if (Directory.Exists(path))
        {
            await isGone.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }
}
