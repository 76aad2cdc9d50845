using System.Diagnostics;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Queue;

public class CommitResolverTests : IAsyncLifetime
{
    private readonly TempDirectory _repo = new();
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await KilnApp.StartAsync(await StoreAsync());
        Git("init", "-q", "-b", "main");
        Git("commit", "-q", "--allow-empty", "-m", "first");
        Git("tag", "-a", "v1", "-m", "annotated");
    }

    /// <summary>Settings that choose the database.</summary>
    protected virtual Task<Func<KilnOptions, KilnOptions>> StoreAsync() =>
        Task.FromResult<Func<KilnOptions, KilnOptions>>(static options => options);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _repo.Dispose();
    }

    [Fact]
    public async Task A_run_is_leased_with_the_commit_its_branch_had_when_it_was_asked_for()
    {
        var head = Git("rev-parse", "HEAD");
        await _app.RunAsync(FakePlans.Checkout(_repo.Path));
        var lease = await new FakeAgent(_app).TakeAsync();
        Assert.Equal(head, lease.Spec.Plan.Repos[0].Base.Commit);
    }

    [Fact]
    public async Task An_annotated_tag_stands_for_its_commit()
    {
        await _app.RunAsync(FakePlans.Checkout($"file://{_repo.Path}", "refs/tags/v1"));
        var lease = await new FakeAgent(_app).TakeAsync();
        Assert.Equal(Git("rev-parse", "HEAD"), lease.Spec.Plan.Repos[0].Base.Commit);
    }

    [Fact]
    public async Task A_retry_builds_the_same_commit_though_the_branch_went_on()
    {
        var id = await _app.RunAsync(FakePlans.Checkout(_repo.Path));
        var agent = new FakeAgent(_app);
        var first = await agent.TakeAsync();
        await agent.PassAsync(first);
        Git("commit", "-q", "--allow-empty", "-m", "second");
        (await _app.Admin.PostAsync($"/openapi/runs/{id}/retry", content: null)).EnsureSuccessStatusCode();
        var second = await agent.TakeAsync();
        Assert.Equal(first.Spec.Plan.Repos[0].Base.Commit, second.Spec.Plan.Repos[0].Base.Commit);
    }

    [Fact]
    public async Task A_branch_that_is_not_there_fails_the_run_and_names_it()
    {
        var run = await EndAsync(FakePlans.Checkout(_repo.Path, "refs/heads/gone"));
        Assert.Equal((RunStatus.Failed, RunReason.RefNotFound), (run.State.Status, run.State.Reason));
        Assert.Contains("org/repo on gitlab", run.State.Message, StringComparison.Ordinal);
        Assert.Contains("no branch gone", run.State.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_host_that_does_not_answer_fails_the_run_and_names_it()
    {
        var run = await EndAsync(FakePlans.Checkout("http://127.0.0.1:1/org/repo.git"));
        Assert.Equal((RunStatus.Failed, RunReason.CodeHostUnreachable), (run.State.Status, run.State.Reason));
        Assert.Contains("http://127.0.0.1:1/org/repo.git", run.State.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_reaches_the_code_host_and_nobody_else()
    {
        await using var host = await FakeGitHost.StartAsync(_repo.Path, "robot", "t0ken/+ü");
        var credential = new GitCredential("basic", "robot", "codehost/gitlab");
        await _app.RunAsync(
            FakePlans.Checkout($"{host.Address}org/repo", credential: credential), secrets: ("codehost/gitlab", "t0ken/+ü"));
        var lease = await new FakeAgent(_app).TakeAsync();
        Assert.Equal(Git("rev-parse", "HEAD"), lease.Spec.Plan.Repos[0].Base.Commit);
    }

    [Fact]
    public async Task A_token_that_is_refused_fails_the_run_as_such()
    {
        await using var host = await FakeGitHost.StartAsync(_repo.Path, "robot", "right");
        var credential = new GitCredential("basic", "robot", "codehost/gitlab");
        var run = await EndAsync(
            FakePlans.Checkout($"{host.Address}org/repo", credential: credential), ("codehost/gitlab", "wrong"));
        Assert.Equal((RunStatus.Failed, RunReason.CodeHostAuth), (run.State.Status, run.State.Reason));
        Assert.DoesNotContain("wrong", run.State.Message, StringComparison.Ordinal);
    }

    private async Task<RunRecord> EndAsync(RunPlan plan, params (string, string)[] secrets)
    {
        var id = await _app.RunAsync(plan, priority: 0, secrets);
        using var changes = _app.Get<RunSignals>().Follow(id);
        while (true)
        {
            var next = changes.Next;
            var run = (await _app.Get<RunStore>().GetAsync(id, default))!;
            if (run.State.IsFinal)
            {
                return run;
            }
            await next;
        }
    }

    private string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = _repo.Path };
        foreach (var argument in (string[])["-c", "user.name=t", "-c", "user.email=t@t", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return output.Trim();
    }
}
