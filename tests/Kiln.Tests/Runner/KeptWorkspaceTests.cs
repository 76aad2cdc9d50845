using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner;
using Kiln.Runner.Kept;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Runner;

public sealed class KeptWorkspaceTests : IDisposable
{
    private const string Secret = "the-password-of-the-shop";

    private readonly RunnerHost _host = new();
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly KeptWorkspaces _kept;

    public KeptWorkspaceTests() => _kept = Store(new KeptLimits(1 << 20, Count: 2));

    private string KeptDirectory => Path.Combine(_host.Store, "kept");

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task An_attempt_goes_on_where_the_one_before_it_failed_and_has_what_passed_there()
    {
        using var repo = new TestRepo("shop");
        var head = repo.Commit("main", "file", "from the repository", "Add the shop #STAGE=qa#");
        var spec = Kept(
            new PlannedStep.Checkout(),
            Shell("echo ran >> $WORKSPACE/count; pwd > here; PAGES=\"$WORKSPACE/pages\"; LOGIN=\"user:$PASSWORD\""),
            new PlannedStep.PostScript("""
                cat count shop/file; echo; echo "$PAGES" "$LOGIN" "$STAGE" "$shop_COMMIT_ID"; test "$(pwd)" = "$(cat here)" && echo same
                test -e ready || { touch ready; exit 4; }
                """)).With(plan => plan with
                {
                    Repos = [Repo(repo, head)],
                    Outputs = ["PAGES", "LOGIN"],
                    Variables = [new("PASSWORD", "", SecretRef: "password")],
                }) with
        { Secrets = new Dictionary<string, string> { ["password"] = Secret } };

        var first = await RunAsync(spec);
        var second = await RunAsync(spec with { Attempt = 2, ContinuesAttempt = 1 });

        Assert.Equal(RunStatus.Failed, (await first.Ended).Status);
        Assert.Single(first.Events.OfType<RunEvent.WorkspaceKept>());
        Assert.Equal((RunStatus.Passed, 0), ((await second.Ended).Status, (await second.Ended).ExitCode));
        Assert.Equal(first.LogOf("post_script"), second.LogOf("post_script"));
        Assert.Contains("ran\nfrom the repository\n", second.LogOf("post_script"));
        Assert.EndsWith("same\n", second.LogOf("post_script"));
        Assert.Contains(" qa ", second.LogOf("post_script"));
        Assert.Equal(
            [("checkout", StepStatus.Skipped, 1), ("script", StepStatus.Skipped, 1), ("post_script", StepStatus.Passed, 0)],
            second.Events.OfType<RunEvent.StepEnded>().Select(static ended => (ended.Name, ended.Status, ended.ReusedAttempt)));
        Assert.Equal(
            first.Events.OfType<RunEvent.OutputsCollected>().Single().Outputs, second.Events.OfType<RunEvent.OutputsCollected>().Single().Outputs);
        Assert.Equal(
            first.Events.OfType<RunEvent.RepoCheckedOut>().Single().CommitId, second.Events.OfType<RunEvent.RepoCheckedOut>().Single().CommitId);
        Assert.Contains("it goes on in the workspace of attempt 1, where these have passed: checkout, script", second.Log);
        Assert.Empty(Directory.EnumerateFileSystemEntries(KeptDirectory));
    }

    [Fact]
    public async Task What_is_kept_holds_no_secret_and_nothing_but_workspace_and_record()
    {
        var spec = Kept(
            Shell("LOGIN=\"user:$PASSWORD\"; echo made > made"),
            new PlannedStep.PostScript("echo $PASSWORD $KEY; exit 1")).With(plan => plan with
            {
                Outputs = ["LOGIN"],
                Variables = [new("PASSWORD", "", SecretRef: "password"), new("KEY", "", SecretRef: "password", IsFile: true)],
            }) with
        { Secrets = new Dictionary<string, string> { ["password"] = Secret } };

        await RunAsync(spec);

        var files = Directory.EnumerateFiles(KeptDirectory, "*", SearchOption.AllDirectories).ToList();
        Assert.Equal(["kept.json", "made"], files.Select(Path.GetFileName).Order());
        Assert.All(files, file => Assert.DoesNotContain(Secret, File.ReadAllText(file)));
    }

    [Fact]
    public async Task A_workspace_with_an_output_that_hides_a_secret_in_another_form_is_not_kept()
    {
        var spec = Kept(
            Shell("LOGIN=$(printf %s \"$PASSWORD\" | base64)"),
            new PlannedStep.PostScript("exit 1")).With(plan => plan with
            {
                Outputs = ["LOGIN"],
                Variables = [new("PASSWORD", "", SecretRef: "password")],
            }) with
        { Secrets = new Dictionary<string, string> { ["password"] = Secret } };

        var run = await RunAsync(spec);

        Assert.Empty(run.Events.OfType<RunEvent.WorkspaceKept>());
        Assert.Contains("the workspace is not kept: the output LOGIN holds a secret in another form", run.Log);
        Assert.Empty(Directory.EnumerateFileSystemEntries(KeptDirectory));
    }

    [Fact]
    public async Task The_failed_step_itself_is_taken_again_and_a_third_attempt_names_the_first_for_what_passed_in_it()
    {
        var spec = Kept(Shell("echo once"), new PlannedStep.PostScript("echo tried >> tries; test $(wc -l < tries) -ge 3"));

        await RunAsync(spec);
        var second = await RunAsync(spec with { Attempt = 2, ContinuesAttempt = 1 });
        var third = await RunAsync(spec with { Attempt = 3, ContinuesAttempt = 2 });

        Assert.Equal(RunStatus.Failed, (await second.Ended).Status);
        Assert.Equal(RunStatus.Passed, (await third.Ended).Status);
        Assert.Equal(1, third.Events.OfType<RunEvent.StepEnded>().First().ReusedAttempt);
        Assert.Empty(Directory.EnumerateFileSystemEntries(KeptDirectory));
    }

    [Fact]
    public async Task An_attempt_whose_workspace_is_gone_runs_no_step_and_says_what_to_do()
    {
        var run = await RunAsync(Kept(Shell("echo never")) with { Attempt = 2, ContinuesAttempt = 1 });

        var end = await run.Ended;
        Assert.Equal((RunStatus.Failed, RunReason.WorkspaceGone), (end.Status, end.Reason));
        Assert.Contains("does not have the workspace of attempt 1 any more. Retry the run from the beginning.", end.Message);
        Assert.DoesNotContain(run.Events, static happened => happened is RunEvent.StepStarted or RunEvent.WorkspaceKept);
        Assert.False(Directory.Exists(KeptDirectory));
    }

    [Theory]
    [InlineData("exit 0", RunStatus.Passed)]
    [InlineData("head -c 2000000 /dev/zero > large; exit 1", RunStatus.Failed)]
    public async Task Nothing_is_kept_of_a_run_that_passed_or_that_is_too_large(string body, RunStatus expected)
    {
        var run = await RunAsync(Kept(Shell(body)));

        Assert.Equal(expected, (await run.Ended).Status);
        Assert.Empty(run.Events.OfType<RunEvent.WorkspaceKept>());
        Assert.Empty(Directory.EnumerateFileSystemEntries(KeptDirectory));
    }

    [Fact]
    public async Task A_run_that_was_not_asked_to_keeps_nothing_at_all()
    {
        await RunAsync(Of(Shell("exit 1")));

        Assert.False(Directory.Exists(KeptDirectory));
    }

    [Fact]
    public async Task The_oldest_makes_room_for_a_newer_one_and_a_note_stays_until_the_server_has_heard()
    {
        for (var run = 1; run <= 3; run++)
        {
            await RunAsync(Kept(Shell("exit 1")) with { RunId = run });
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        var swept = Assert.Single(_kept.Swept!);
        Assert.Equal((1, 1), (swept.Key.RunId, swept.Key.Attempt));
        Assert.Contains("host testhost keeps at most 2 workspaces and 1048576 bytes, and others are newer.", swept.Message);
        var restarted = Store(new KeptLimits(1 << 20, Count: 2));
        restarted.Sweep(_host.Root);
        Assert.Equal(_kept.Swept, restarted.Swept);
        restarted.Forget(restarted.Swept!);
        Assert.Null(restarted.Swept);
        Assert.Equal(2, Directory.GetDirectories(KeptDirectory).Length);
    }

    [Fact]
    public async Task Their_bytes_together_are_limited_too_and_a_limit_that_was_lowered_counts_from_the_next_start()
    {
        for (var run = 1; run <= 2; run++)
        {
            await RunAsync(Kept(Shell("head -c 600000 /dev/zero > large; exit 1")) with { RunId = run });
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(1, Assert.Single(_kept.Swept!).Key.RunId);

        var restarted = Store(new KeptLimits(1 << 20, Count: 0));
        restarted.Sweep(_host.Root);

        Assert.Equal([1, 2], restarted.Swept!.Select(static swept => swept.Key.RunId).Order());
        Assert.Empty(Directory.EnumerateDirectories(KeptDirectory, "workspace", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_attempt_from_the_beginning_lets_go_of_what_the_one_before_it_left()
    {
        await RunAsync(Kept(Shell("exit 1")) with { RunId = 6 });
        await RunAsync(Kept(Shell("exit 1")));

        await RunAsync(Kept(Shell("exit 1")) with { Attempt = 2 });

        var swept = Assert.Single(_kept.Swept!);
        Assert.Equal((7, 1), (swept.Key.RunId, swept.Key.Attempt));
        Assert.EndsWith("is there no more: host testhost has begun attempt 2 from the beginning.", swept.Message);
        _kept.Forget(_kept.Swept!);
        Assert.NotNull(_kept.Swept);
        _kept.Sweep(_host.Root);
        _kept.Forget(_kept.Swept!);
        Assert.Equal(["6-1-1", "7-2-1"], Directory.GetDirectories(KeptDirectory).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_workspace_in_which_a_run_is_under_way_is_not_swept()
    {
        var gate = Path.Combine(_host.Store, "gate");
        var attempt = RunnerHost.Attempt(Kept(Shell($"echo made > made; echo up; until [ -e {gate} ]; do sleep 0.01; done; cat made; exit 1")));
        using var runner = _host.Runner(attempt, _host.Place with { Kept = _kept });
        var running = runner.RunAsync(isAdopted: false, CancellationToken.None);
        await attempt.LogHolds("up");

        Store(new KeptLimits(0, Count: 0)).Sweep(_host.Root);
        await File.WriteAllTextAsync(gate, "", TestContext.Current.CancellationToken);

        await running;
        Assert.Equal("up\nmade\n", attempt.LogOf("script"));
    }

    [Fact]
    public async Task A_host_that_keeps_none_any_more_still_lets_an_attempt_go_on_and_does_not_keep_it_again()
    {
        var spec = Kept(Shell("true"), new PlannedStep.PostScript("exit 1"));
        await RunAsync(spec);

        var second = await RunAsync(spec with { Attempt = 2, ContinuesAttempt = 1 }, Store(new KeptLimits(1 << 20, Count: 0)));

        Assert.Equal(1, second.Events.OfType<RunEvent.StepEnded>().First().ReusedAttempt);
        Assert.Empty(second.Events.OfType<RunEvent.WorkspaceKept>());
        Assert.Contains("the workspace is not kept: it is more than this host keeps: at most 0 workspaces", second.Log);
        Assert.Empty(Directory.EnumerateFileSystemEntries(KeptDirectory));
    }

    [Fact]
    public async Task A_script_that_removed_all_that_was_to_be_kept_fails_as_any_other_does()
    {
        var run = await RunAsync(Kept(Shell("rm -rf $(dirname $WORKSPACE); exit 3")));

        Assert.Equal((RunStatus.Failed, 3), ((await run.Ended).Status, (await run.Ended).ExitCode));
        Assert.Empty(run.Events.OfType<RunEvent.WorkspaceKept>());
        Assert.Contains("the workspace is not kept: ", run.Log);
    }

    [Fact]
    public async Task One_whose_time_is_over_is_swept_and_so_is_what_a_killed_agent_left()
    {
        await RunAsync(Kept(Shell("exit 1")));
        Directory.CreateDirectory(Path.Combine(KeptDirectory, "9-1-1", "workspace"));
        _clock.Advance(TimeSpan.FromMinutes(58));
        _kept.Sweep(_host.Root);
        Assert.Null(_kept.Swept);
        Assert.Single(Directory.GetDirectories(KeptDirectory));

        _clock.Advance(TimeSpan.FromMinutes(3));
        _kept.Sweep(_host.Root);

        Assert.Contains("has kept it as long as it was to.", Assert.Single(_kept.Swept!).Message);
        Assert.False(Directory.Exists(Path.Combine(KeptDirectory, "7-1-1", "workspace")));
    }

    private static RunSpec Kept(params PlannedStep[] steps) =>
        Of(steps).With(static plan => plan with { Policy = plan.Policy with { KeepWorkspaceMinutes = 60 } });

    private KeptWorkspaces Store(KeptLimits limits) => new(KeptDirectory, limits, "testhost", _clock);

    private async Task<FakeAttempt> RunAsync(RunSpec spec, KeptWorkspaces? store = null)
    {
        var attempt = RunnerHost.Attempt(spec);
        using var runner = _host.Runner(attempt, _host.Place with { Kept = store ?? _kept });
        Assert.Equal(RunnerEnd.Delivered, await runner.RunAsync(isAdopted: false, CancellationToken.None));
        return attempt;
    }
}
