using System.Diagnostics;
using System.Globalization;
using Kiln.Contracts.Exec;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner;
using Kiln.Runner.Journal;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Runner;

public sealed class RunTests : IDisposable
{
    private readonly RunnerHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_script_that_passes_leaves_its_log_its_events_and_nothing_on_the_host()
    {
        var run = await _host.RunAsync(Of(Shell("echo one\necho two >&2\n")));

        Assert.Equal("one\ntwo\n", run.LogOf("script"));
        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Equal(0, (await run.Ended).ExitCode);
        Assert.Equal(
            ["Begun", "StepStarted", "OutputsCollected", "StepEnded", "Ended"],
            run.Events.Select(static happened => happened.GetType().Name));
        Assert.Equal(Enumerable.Range(1, 5), run.Events.Select(static happened => (int)happened.Seq));
    }

    [Fact]
    public async Task A_server_that_lost_log_bytes_in_a_power_cut_gets_them_again_although_the_spool_is_small()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("seq 1 400000")));
        attempt.LosesPowerAt = 2_000_000;
        using var runner = _host.Runner(attempt, _host.Place with
        {
            ExecEnvironment = [new(ExecProtocol.SpoolLimitVariable, "1000000")],
        });

        Assert.Equal(RunnerEnd.Delivered, await runner.RunAsync(isAdopted: false, CancellationToken.None));

        Assert.Null(attempt.LosesPowerAt);
        Assert.Equal(string.Concat(Enumerable.Range(1, 400_000).Select(static n => $"{n}\n")), attempt.LogOf("script"));
    }

    [Fact]
    public async Task A_failing_script_gives_its_exit_code_and_skips_what_comes_after()
    {
        var run = await _host.RunAsync(Of(Shell("exit 3"), new PlannedStep.PostScript("echo never")));

        var end = await run.Ended;
        Assert.Equal((RunStatus.Failed, RunReason.ScriptFailed, 3), (end.Status, end.Reason, end.ExitCode));
        Assert.Equal("The script ended with exit code 3.", end.Message);
        Assert.Equal(StepStatus.Skipped, run.Events.OfType<RunEvent.StepEnded>().Last().Status);
        Assert.DoesNotContain("never", run.Log);
    }

    [Fact]
    public async Task A_script_that_kills_itself_is_told_apart_from_one_that_fails()
    {
        var end = await (await _host.RunAsync(Of(Shell("kill -9 $$")))).Ended;

        Assert.Equal((RunReason.ScriptKilled, 137), (end.Reason, end.ExitCode));
    }

    [Fact]
    public async Task A_parameter_that_is_a_file_gives_the_script_a_path_that_only_its_user_may_read()
    {
        var spec = Of(Shell("cat $PLAIN; stat -c %a $PLAIN; wc -c < $KEY; cat $KEY")).With(plan => plan with
        {
            Variables = [new("PLAIN", "a: 1\n", IsFile: true), new("KEY", "", SecretRef: "key", IsFile: true)],
        }) with
        { Secrets = new Dictionary<string, string> { ["key"] = "line-of-a-private-key\n" } };

        var run = await _host.RunAsync(spec);

        Assert.Equal("a: 1\n600\n22\n********", run.LogOf("script").TrimEnd('\n'));
    }

    [Fact]
    public async Task Secrets_are_masked_in_log_and_outputs()
    {
        var spec = Of(Shell("echo \"pass: $PASS\"\nOUT=\"x-$PASS\"\nPLAIN=y")).With(plan => plan with
        {
            Variables = [new("PASS", "", SecretRef: "pass")],
            Outputs = ["OUT", "PLAIN"],
        }) with
        { Secrets = new Dictionary<string, string> { ["pass"] = "opensesame" } };

        var run = await _host.RunAsync(spec);

        Assert.Equal("pass: ********\n", run.LogOf("script"));
        Assert.Equal(
            [new RunOutput("OUT", "********", IsCredential: true), new RunOutput("PLAIN", "y")],
            run.Events.OfType<RunEvent.OutputsCollected>().Single().Outputs);
    }

    [Fact]
    public async Task Outputs_of_the_script_are_variables_of_the_post_script_and_of_the_archive()
    {
        var run = await _host.RunAsync(Of(
            Shell("mkdir -p out/app; PKG_FILE=app-1.tgz; echo data > out/app/$PKG_FILE"),
            new PlannedStep.FileArchive("out/$APP"),
            new PlannedStep.PostScript("echo \"post $PKG_FILE\"")).With(plan => plan with
            {
                Variables = [new("APP", "app"), new("PKG_FILE", "other.tgz")],
                Outputs = ["PKG_FILE"],
            }));

        Assert.Equal("post app-1.tgz\n", run.LogOf("post_script"));
        Assert.Equal("data\n"u8.ToArray(), run.Artifacts["app-1.tgz"]);
        Assert.Equal(5, run.Events.OfType<RunEvent.ArtifactStored>().Single().Artifact.Size);
    }

    [Fact]
    public async Task A_script_sees_its_place_and_a_login_of_its_own_for_the_registry()
    {
        var run = await _host.RunAsync(Of(Shell("echo $KILN_RUN_ID $CI $ZADIG $TERM; [ $PWD = $WORKSPACE ] && grep -o 'auths.*}}' $DOCKER_CONFIG/config.json"))
            .With(plan => plan with
            {
                Variables =
                [
                    new("DOCKER_REGISTRY_HOST", "r.example.com"),
                    new("DOCKER_REGISTRY_AK", "bob"),
                    new("DOCKER_REGISTRY_SK", "pw"),
                    new("TERM", "xterm"),
                ],
            }));

        Assert.Equal(
            "7 true true dumb\nauths\":{\"r.example.com\":{\"auth\":\"Ym9iOnB3\"}}\n", run.LogOf("script"));
    }

    [Theory]
    [InlineData(true, RunReason.DiskFull)]
    [InlineData(false, RunReason.StorageUnreachable)]
    public async Task A_package_that_cannot_be_stored_yet_waits_and_says_why(bool isFull, string reason)
    {
        var attempt = RunnerHost.Attempt(Of(Shell("echo x > app.bin; PKG_FILE=app.bin"), new PlannedStep.FileArchive("$WORKSPACE"))
            .With(plan => plan with { Outputs = ["PKG_FILE"] }));
        attempt.StoreAnswers.Enqueue(new StoreOutcome.Unreachable("It is away.") { IsFull = isFull });
        using var runner = _host.Runner(attempt);

        await runner.RunAsync(isAdopted: false, CancellationToken.None);

        Assert.Equal(RunStatus.Passed, (await attempt.Ended).Status);
        Assert.Equal("x\n"u8.ToArray(), attempt.Artifacts["app.bin"]);
        Assert.Equal(
            [(reason, "Its package cannot be stored yet: It is away."), ("", "")],
            attempt.Events.OfType<RunEvent.Noticed>().Select(noticed => (noticed.Reason, noticed.Message)));
        Assert.Contains("app.bin cannot be stored yet, it is tried again: It is away.", attempt.LogOf("archive"));
    }

    [Fact]
    public async Task A_package_that_the_server_refuses_fails_the_run_with_its_words()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("echo x > app.bin; PKG_FILE=app.bin"), new PlannedStep.FileArchive(""))
            .With(plan => plan with { Outputs = ["PKG_FILE"] }));
        attempt.StoreAnswers.Enqueue(new StoreOutcome.Rejected("Artifacts cannot be kept. The bucket refused the access key."));
        using var runner = _host.Runner(attempt);

        await runner.RunAsync(isAdopted: false, CancellationToken.None);

        var end = await attempt.Ended;
        Assert.Equal(
            (RunReason.ArchiveFailed, "The server did not take app.bin: Artifacts cannot be kept. The bucket refused the access key."),
            (end.Reason, end.Message));
    }

    [Fact]
    public async Task A_missing_package_fails_the_run_and_tells_what_is_there()
    {
        var end = await (await _host.RunAsync(Of(Shell("mkdir dist; touch dist/a dist/b"), new PlannedStep.FileArchive("dist"))
            .With(plan => plan with { Variables = [new("PKG_FILE", "c.tgz")] }))).Ended;

        Assert.Equal(RunReason.ArchiveMissing, end.Reason);
        Assert.Equal("$WORKSPACE/dist/c.tgz does not exist; $WORKSPACE/dist holds a, b.", end.Message);
    }

    [Theory]
    [InlineData("ln -s /etc/passwd c.tgz", "is a link that leads out of the workspace")]
    [InlineData("ln -s ../../../../../etc/passwd c.tgz", "is a link that leads out of the workspace")]
    [InlineData("mkfifo c.tgz", "is not a regular file")]
    [InlineData("mkdir c.tgz", "is not a regular file")]
    public async Task A_package_that_is_no_regular_file_of_the_workspace_is_not_read(string script, string why)
    {
        var run = await _host.RunAsync(Of(Shell(script), new PlannedStep.FileArchive(""))
            .With(plan => plan with { Variables = [new("PKG_FILE", "c.tgz")] }));

        Assert.Contains(why, (await run.Ended).Message);
        Assert.Empty(run.Artifacts);
    }

    [Fact]
    public async Task Cancelling_ends_the_tree_and_says_who_did_it()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("trap 'echo bye; exit 9' TERM; echo up; sleep 600 & wait"), new PlannedStep.PostScript("echo never")));
        using var runner = _host.Runner(attempt);
        var running = runner.RunAsync(isAdopted: false, CancellationToken.None);
        await attempt.LogHolds("up");

        runner.Stop(new StopOrder(attempt.Lease.Key, "cancelled", "Cancelled by ann."));

        var end = await attempt.Ended;
        Assert.Equal((RunStatus.Cancelled, RunReason.CancelledByUser, "Cancelled by ann."), (end.Status, end.Reason, end.Message));
        Assert.Equal(RunnerEnd.Delivered, await running);
        Assert.Equal("up\nbye\n", attempt.LogOf("script"));
        Assert.DoesNotContain("never", attempt.Log);
    }

    [Fact]
    public async Task A_runner_that_lets_go_is_followed_by_one_that_brings_the_same_log_to_its_end()
    {
        var gate = Path.Combine(_host.Place.Inherited["HOME"], $"kiln-test-{Guid.NewGuid():n}");
        try
        {
            var attempt = RunnerHost.Attempt(Of(Shell($"echo before; until [ -e {gate} ]; do sleep 0.01; done; echo after")));
            await LetGoAsync(attempt, "before");
            await File.WriteAllTextAsync(gate, "");

            using var second = _host.Runner(attempt);
            Assert.Equal(RunnerEnd.Delivered, await second.RunAsync(isAdopted: true, CancellationToken.None));

            Assert.Equal("before\nafter\n", attempt.LogOf("script"));
            Assert.Equal(RunStatus.Passed, (await attempt.Ended).Status);
            Assert.Single(attempt.Events.OfType<RunEvent.StepStarted>());
            Assert.Equal(1, attempt.Log.Split("script begins").Length - 1);
        }
        finally
        {
            File.Delete(gate);
        }
    }

    [Fact]
    public async Task A_runner_that_is_told_to_stop_what_an_earlier_one_began_keeps_its_log_and_its_end()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("trap 'echo bye; exit 9' TERM; echo up; sleep 600 & wait"), new PlannedStep.PostScript("echo never")));
        await LetGoAsync(attempt, "up");

        using var second = _host.Runner(attempt);
        second.Stop(new StopOrder(attempt.Lease.Key, "cancelled", "Cancelled by ann."));
        Assert.Equal(RunnerEnd.Delivered, await second.RunAsync(isAdopted: true, CancellationToken.None));

        Assert.Equal(RunStatus.Cancelled, (await attempt.Ended).Status);
        Assert.Equal("up\nbye\n", attempt.LogOf("script"));
        Assert.DoesNotContain("never", attempt.Log);
    }

    [Fact]
    public async Task A_killed_exec_loses_the_run_and_leaves_none_of_its_processes()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("echo up $$ $PPID; setsid sleep 600 & sleep 600")));
        using var runner = _host.Runner(attempt);
        var running = runner.RunAsync(isAdopted: false, CancellationToken.None);
        await attempt.LogHolds("up");
        var words = attempt.Log.Split("up ")[1].Split('\n')[0].Split(' ');
        var script = int.Parse(words[0], CultureInfo.InvariantCulture);
        using var exec = Process.GetProcessById(int.Parse(words[1], CultureInfo.InvariantCulture));

        exec.Kill();

        var end = await attempt.Ended;
        Assert.Equal((RunStatus.Lost, RunReason.ExecDied), (end.Status, end.Reason));
        Assert.Equal(RunnerEnd.Delivered, await running);
        Assert.False(Directory.Exists($"/proc/{script}") && !IsZombie(script));
        Assert.False(Directory.Exists(_host.DirectoryOf(attempt).Path));
    }

    [Fact]
    public async Task Nothing_is_said_into_a_script_whose_begin_its_killed_runner_had_no_time_to_note()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("echo up; while [ ! -e go ]; do sleep 0.02; done; echo down")));
        await LetGoAsync(attempt, "up");
        await ForgetTheBeginAsync(attempt);

        using var second = _host.Runner(attempt);
        var adopted = second.RunAsync(isAdopted: true, CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(_host.DirectoryOf(attempt).Workspace, "go"), "", TestContext.Current.CancellationToken);
        Assert.Equal(RunnerEnd.Delivered, await adopted);

        Assert.Equal(RunStatus.Passed, (await attempt.Ended).Status);
        Assert.Equal("up\ndown\n", attempt.LogOf("script"));
        Assert.Equal(2, attempt.Log.Split("script begins").Length);
    }

    [Fact]
    public async Task A_runner_that_is_killed_before_it_says_the_end_that_it_has_noted_leaves_that_to_the_next_one()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("echo up; while [ ! -e go ]; do sleep 0.02; done; printf down"))
            .With(plan => plan with { Outputs = ["OUT"] }));
        await LetGoAsync(attempt, "up");
        await NoteTheEndAsync(attempt);

        using var second = _host.Runner(attempt);
        Assert.Equal(RunnerEnd.Delivered, await second.RunAsync(isAdopted: true, CancellationToken.None));

        Assert.Equal("up\ndown", attempt.LogOf("script"));
        Assert.Equal(1, TimesSaid(attempt, "script passed after"));
        Assert.Equal(1, TimesSaid(attempt, "declared outputs that the script did not set: OUT"));
    }

    [Fact]
    public async Task A_runner_that_is_killed_before_it_says_the_end_leaves_that_also_to_one_that_is_told_to_stop()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("echo up; while [ ! -e go ]; do sleep 0.02; done"), new PlannedStep.PostScript("echo never")));
        await LetGoAsync(attempt, "up");
        await NoteTheEndAsync(attempt);

        using var second = _host.Runner(attempt);
        second.Stop(new StopOrder(attempt.Lease.Key, "cancelled", "Cancelled by ann."));
        Assert.Equal(RunnerEnd.Delivered, await second.RunAsync(isAdopted: true, CancellationToken.None));

        Assert.Equal(1, TimesSaid(attempt, "script passed after"));
        Assert.DoesNotContain("never", attempt.Log);
    }

    [Fact]
    public async Task The_end_of_a_step_that_an_earlier_runner_has_said_is_not_said_again()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("echo over"), new PlannedStep.PostScript("echo up; while [ ! -e go ]; do sleep 0.02; done")));
        await LetGoAsync(attempt, "up");
        await File.WriteAllTextAsync(Path.Combine(_host.DirectoryOf(attempt).Workspace, "go"), "", TestContext.Current.CancellationToken);

        using var second = _host.Runner(attempt);
        Assert.Equal(RunnerEnd.Delivered, await second.RunAsync(isAdopted: true, CancellationToken.None));

        Assert.Equal((1, 1), (TimesSaid(attempt, "script passed after"), TimesSaid(attempt, "post_script passed after")));
    }

    [Fact]
    public async Task What_a_step_wrote_before_its_exec_died_without_a_runner_is_its_own_and_the_last_line_is_not()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("echo up $PPID; sleep 600")));
        await LetGoAsync(attempt, "up");
        var pid = attempt.Log.Split("up ")[1].Split('\n')[0];
        using (var exec = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture)))
        {
            exec.Kill();
            await exec.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        using var second = _host.Runner(attempt);
        Assert.Equal(RunnerEnd.Delivered, await second.RunAsync(isAdopted: true, CancellationToken.None));

        var end = await attempt.Ended;
        Assert.Equal((RunStatus.Lost, RunReason.ExecDied), (end.Status, end.Reason));
        Assert.Equal($"up {pid}\n", attempt.LogOf("script"));
        Assert.Contains("was killed from outside", attempt.Log);
    }

    [Fact]
    public async Task What_a_step_wrote_is_its_own_although_neither_its_runner_nor_its_exec_lived_to_tell_its_begin()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("echo up $PPID; sleep 600")));
        await LetGoAsync(attempt, "up");
        await ForgetTheBeginAsync(attempt);
        var pid = attempt.Log.Split("up ")[1].Split('\n')[0];
        using (var exec = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture)))
        {
            exec.Kill();
            await exec.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        using var second = _host.Runner(attempt);
        Assert.Equal(RunnerEnd.Delivered, await second.RunAsync(isAdopted: true, CancellationToken.None));

        Assert.Equal(RunReason.ExecDied, (await attempt.Ended).Reason);
        Assert.Equal($"up {pid}\n", attempt.LogOf("script"));
    }

    [Fact]
    public async Task Under_an_old_fence_everything_is_ended_and_nothing_more_is_reported()
    {
        var attempt = RunnerHost.Attempt(Of(Shell("echo up; sleep 600")));
        using var runner = _host.Runner(attempt);
        var running = runner.RunAsync(isAdopted: false, CancellationToken.None);
        await attempt.LogHolds("up");
        attempt.IsStale = true;

        runner.Stop(new StopOrder(attempt.Lease.Key, "stale", ""));

        Assert.Equal(RunnerEnd.Stale, await running);
        Assert.DoesNotContain(attempt.Events, static happened => happened is RunEvent.Ended);
        Assert.False(Directory.Exists(_host.DirectoryOf(attempt).Path));
    }

    [Fact]
    public async Task A_large_log_arrives_whole()
    {
        var run = await _host.RunAsync(Of(Shell("seq 1 600000")));

        Assert.Equal(string.Join('\n', Enumerable.Range(1, 600_000)) + "\n", run.LogOf("script"));
    }

    [Fact]
    public async Task A_workspace_that_resists_is_removed_too()
    {
        await _host.RunAsync(Of(Shell("""
            mkdir -p a/b; touch a/b/c; ln -s /etc etc; chmod 500 a/b; chmod 000 a
            for i in $(seq 1 300); do mkdir ddddddddddddddddddddd; cd ddddddddddddddddddddd; done
            """)));
    }

    // Runs an attempt until its log holds something, and leaves it to the next runner.
    private async Task LetGoAsync(FakeAttempt attempt, string until)
    {
        using var letGo = new CancellationTokenSource();
        using var first = _host.Runner(attempt);
        var running = first.RunAsync(isAdopted: false, letGo.Token);
        await attempt.LogHolds(until);
        await letGo.CancelAsync();
        Assert.Equal(RunnerEnd.Detached, await running);
    }

    // As when the runner was killed between the start of the script and its note of that.
    private async Task ForgetTheBeginAsync(FakeAttempt attempt)
    {
        var journal = _host.DirectoryOf(attempt).EventJournal;
        var lines = await File.ReadAllLinesAsync(journal, TestContext.Current.CancellationToken);
        Assert.Contains("step_started", lines[^1]);
        await File.WriteAllLinesAsync(journal, lines[..^1], TestContext.Current.CancellationToken);
    }

    // Lets the script end, which waits for a file, and leaves what a runner leaves that was killed when it had just noted the step's end.
    private async Task NoteTheEndAsync(FakeAttempt attempt)
    {
        var token = TestContext.Current.CancellationToken;
        var directory = _host.DirectoryOf(attempt);
        await using var exec = (await ExecConnection.ConnectAsync(directory.Path, token))!;
        await exec.SendAsync(ExecCommand.Hello.Ask, token);
        await File.WriteAllTextAsync(Path.Combine(directory.Workspace, "go"), "", token);
        var ended = await exec.ReadAllAsync(token).OfType<ExecNotice.Ended>().FirstAsync(token);
        using var journal = EventJournal.Open(directory.EventJournal, TimeProvider.System);
        new AttemptRecord(journal).StepEnded(ended.Id, StepStatus.Passed, ended.LogEnd, "");
    }

    private static int TimesSaid(FakeAttempt attempt, string words) => attempt.Log.Split($"[kiln]\e[0m {words}").Length - 1;

    private static bool IsZombie(int pid) => File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ");
}
