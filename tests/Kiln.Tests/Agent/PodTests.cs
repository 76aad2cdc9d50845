using System.Security.Cryptography;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Agent;

/// <summary>The pod's half of a run on Kubernetes, as real processes: its containers without a cluster around them.</summary>
public sealed class PodTests : IDisposable
{
    private readonly TestPod _pod = new();

    public void Dispose() => _pod.Dispose();

    [Fact]
    public async Task A_run_goes_through_both_containers_and_both_end()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(Shell(
            $"echo $PATH; echo $HOME $LANG_OF_IMAGE; pwd; echo $PPID; echo \"[$KILN_RUN_TOKEN$KILN_SERVER]\"; VERSION=1.2; exit 7"))
            .With(static plan => plan with { Outputs = ["VERSION"] }));
        var build = _pod.StartBuild();

        var kiln = _pod.StartKiln(server.Address, run.Lease.Key);

        var end = await run.Ended;
        Assert.Equal((RunStatus.Failed, RunReason.ScriptFailed, 7), (end.Status, end.Reason, end.ExitCode));
        Assert.Equal(
            $"/opt/tool/bin:/usr/bin:/bin\n/home/image C.UTF-8\n{_pod.Workspace}\n{build.Id}\n[]\n", run.LogOf("script"));
        Assert.Equal(["VERSION=1.2"], run.Events.OfType<RunEvent.OutputsCollected>().Single().Outputs
            .Select(static output => $"{output.Name}={output.Value}"));
        Assert.Equal((0, 0), (await TestPod.ExitAsync(kiln), await TestPod.ExitAsync(build)));
        Assert.Contains("on pod kiln-7-1-1 on node-a", run.Log);
    }

    [Fact]
    public async Task Only_the_script_waits_for_the_other_container()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(
            new PlannedStep.Installs([Tool("echo prepared")]),
            Shell("echo built")));
        var kiln = _pod.StartKiln(server.Address, run.Lease.Key);
        await run.LogHolds("the script waits for its container");
        Assert.Contains("prepared", run.Log);

        _pod.StartBuild();

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Equal(0, await TestPod.ExitAsync(kiln));
    }

    [Fact]
    public async Task A_binary_log_of_megabytes_comes_as_it_was_written()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var content = RandomNumberGenerator.GetBytes(3 << 20);
        Directory.CreateDirectory(_pod.Workspace);
        await File.WriteAllBytesAsync(Path.Combine(_pod.Workspace, "content"), content, TestContext.Current.CancellationToken);
        var run = server.Expect(InPod(Shell("cat content")));
        _pod.StartBuild();

        _pod.StartKiln(server.Address, run.Lease.Key);

        await run.Ended;
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(run.BytesOf("script")));
    }

    [Fact]
    public async Task A_stop_order_of_a_heartbeat_reaches_the_script()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(Shell("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done")) with
        {
            GraceSeconds = 60,
        });
        var build = _pod.StartBuild();
        var kiln = _pod.StartKiln(server.Address, run.Lease.Key);
        await run.LogHolds("up\n");

        run.Pod.Stop(new StopOrder(run.Lease.Key, "cancelled", "Cancelled by ann."));

        var end = await run.Ended;
        Assert.Equal((RunStatus.Cancelled, "Cancelled by ann."), (end.Status, end.Message));
        Assert.EndsWith("bye\n", run.LogOf("script"));
        Assert.Equal((0, 0), (await TestPod.ExitAsync(kiln), await TestPod.ExitAsync(build)));
    }

    [Fact]
    public async Task What_the_cluster_tells_is_said_once_and_never_within_the_scripts_part_of_the_log()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(Shell($"echo up; until [ -e {_pod.Gate} ]; do sleep 0.01; done; echo done")));
        run.Pod.Notice("placed on node-a");
        var kiln = _pod.StartKiln(server.Address, run.Lease.Key);
        await run.LogHolds("placed on node-a");
        _pod.StartBuild();
        await run.LogHolds("up\n");

        run.Pod.Notice("the node is short of memory");
        kiln.Kill();
        await TestPod.ExitAsync(kiln);
        _pod.StartKiln(server.Address, run.Lease.Key);
        _pod.OpenGate();

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Equal("up\ndone\n", run.LogOf("script"));
        Assert.Equal(2, run.Log.Split("placed on node-a").Length);
        Assert.Equal(2, run.Log.Split("the node is short of memory").Length);
    }

    [Fact]
    public async Task A_room_that_goes_is_lost_with_the_clusters_word_for_it()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(Shell("echo up; sleep 600")));
        var build = _pod.StartBuild();
        var kiln = _pod.StartKiln(server.Address, run.Lease.Key);
        await run.LogHolds("up\n");

        build.Kill();
        run.Pod.Trouble("evicted", "The pod was evicted: the node was low on memory.");

        var end = await run.Ended;
        Assert.Equal(
            (RunStatus.Lost, "evicted", "The pod was evicted: the node was low on memory.", null),
            (end.Status, end.Reason, end.Message, end.ExitCode));
        Assert.Equal(0, await TestPod.ExitAsync(kiln));
    }

    [Fact]
    public async Task A_room_that_goes_without_a_word_is_lost_all_the_same()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(Shell("echo up; sleep 600")));
        var build = _pod.StartBuild();
        _pod.StartKiln(server.Address, run.Lease.Key);
        await run.LogHolds("up\n");

        build.Kill();

        var end = await run.Ended;
        Assert.Equal((RunStatus.Lost, RunReason.ContainerGone), (end.Status, end.Reason));
    }

    [Fact]
    public async Task A_room_that_never_comes_up_ends_the_run_with_the_clusters_word()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(Shell("echo up")));
        var kiln = _pod.StartKiln(server.Address, run.Lease.Key);
        await run.LogHolds("the script waits for its container");

        run.Pod.Trouble("image_pull_failed", "The image nowhere/nothing:1 cannot be pulled: not found.");

        var end = await run.Ended;
        Assert.Equal((RunStatus.Lost, "image_pull_failed"), (end.Status, end.Reason));
        Assert.Equal(0, await TestPod.ExitAsync(kiln));
        Assert.Equal(0, await TestPod.ExitAsync(_pod.StartBuild()));
    }

    [Fact]
    public async Task A_pod_that_is_told_to_end_stops_its_script_politely_and_tells_so()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(Shell("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done")) with
        {
            GraceSeconds = 60,
        });
        var build = _pod.StartBuild();
        var kiln = _pod.StartKiln(server.Address, run.Lease.Key);
        await run.LogHolds("up\n");

        TestPod.Terminate(kiln);
        run.Pod.Trouble("drained", "The node node-a is drained.");

        var end = await run.Ended;
        Assert.Equal((RunStatus.Lost, "drained", "The node node-a is drained."), (end.Status, end.Reason, end.Message));
        Assert.EndsWith("bye\n", run.LogOf("script"));
        Assert.Equal((0, 0), (await TestPod.ExitAsync(kiln), await TestPod.ExitAsync(build)));
    }

    [Fact]
    public async Task A_kiln_that_is_killed_and_started_again_goes_on_with_what_runs()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(Shell($"seq 1 1000; echo up; until [ -e {_pod.Gate} ]; do sleep 0.01; done; exit 5")));
        var build = _pod.StartBuild();
        var first = _pod.StartKiln(server.Address, run.Lease.Key);
        await run.LogHolds("up\n");
        first.Kill();
        await TestPod.ExitAsync(first);
        _pod.OpenGate();

        var second = _pod.StartKiln(server.Address, run.Lease.Key);

        Assert.Equal(5, (await run.Ended).ExitCode);
        Assert.Equal(string.Concat(Enumerable.Range(1, 1000).Select(static n => $"{n}\n")) + "up\n", run.LogOf("script"));
        Assert.Equal((0, 0), (await TestPod.ExitAsync(second), await TestPod.ExitAsync(build)));
    }

    [Fact]
    public async Task A_pod_whose_lease_is_anothers_ends_everything_and_says_nothing()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(Shell("echo up; sleep 600")));
        var build = _pod.StartBuild();
        var kiln = _pod.StartKiln(server.Address, run.Lease.Key);
        await run.LogHolds("up\n");

        run.IsStale = true;
        run.Pod.Notice("wakes the heartbeat that is held");

        Assert.Equal((0, 0), (await TestPod.ExitAsync(kiln), await TestPod.ExitAsync(build)));
        Assert.DoesNotContain(run.Events, static happened => happened is RunEvent.Ended);
    }

    [Fact]
    public async Task Packages_parameters_of_kind_file_and_logins_reach_the_script()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var spec = InPod(
            new PlannedStep.Installs([Tool("mkdir $HOME/bin; printf '#!/bin/sh\\necho tool\\n' > $HOME/bin/tool; chmod +x $HOME/bin/tool")]),
            Shell("tool; cat $SETTINGS; cat $DOCKER_CONFIG/config.json; touch $TMPDIR/mine"),
            new PlannedStep.PostScript("tool; cat $SETTINGS; cd $TMPDIR; ls mine"))
            .With(static plan => plan with
            {
                Variables =
                [
                    new PlannedVariable("SETTINGS", "a=1\n", IsFile: true),
                    new PlannedVariable("DOCKER_REGISTRY_HOST", "registry.test"), new PlannedVariable("DOCKER_REGISTRY_AK", "ann"),
                ],
            });
        var run = server.Expect(spec);
        _pod.StartBuild();

        _pod.StartKiln(server.Address, run.Lease.Key);

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.StartsWith("tool\na=1\n{\"auths\":{\"registry.test\"", run.LogOf("script"));
        Assert.Equal("tool\na=1\nmine\n", run.LogOf("post_script"));
    }

    [Fact]
    public async Task A_script_that_puts_a_link_in_the_place_of_its_directory_leads_nobody_elsewhere()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(
            Shell("elsewhere=$PWD/elsewhere; mkdir $elsewhere; cd ${KILN_OUTPUT%/*}/..; mv scripts moved; ln -s $elsewhere scripts"),
            new PlannedStep.PostScript("echo after")));
        _pod.StartBuild();

        _pod.StartKiln(server.Address, run.Lease.Key);

        await run.Ended;
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pod.Workspace, "elsewhere")));
    }

    [Fact]
    public async Task A_package_that_the_script_sees_is_installed_where_the_tools_are()
    {
        await using var server = await FakeKilnServer.StartAsync();
        var run = server.Expect(InPod(new PlannedStep.Installs([Tool("echo $PPID > $HOME/parent; pwd")]), Shell("true")));
        var build = _pod.StartBuild();

        _pod.StartKiln(server.Address, run.Lease.Key);

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        var parent = Directory.EnumerateFiles(_pod.Shared, "parent", SearchOption.AllDirectories).Single();
        Assert.NotEqual($"{build.Id}\n", await File.ReadAllTextAsync(parent, TestContext.Current.CancellationToken));
    }

    private static PlannedPackage Tool(string script) => new()
    {
        Name = "tool",
        Version = "1.0",
        Script = script,
        Environment = [],
        BinPath = "$HOME/bin",
        Url = "",
        Sha256 = "",
    };

    private static RunSpec InPod(params PlannedStep[] steps) => Of(steps).With(static plan => plan with
    {
        Infrastructure = "kubernetes",
        Pod = PodOrders.Pod(),
    });
}
