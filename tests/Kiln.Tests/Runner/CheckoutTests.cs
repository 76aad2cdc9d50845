using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Runner;

public sealed class CheckoutTests : IDisposable
{
    private readonly RunnerHost _host = new();
    private readonly TestRepo _repo = new("shop");

    public void Dispose()
    {
        _repo.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task The_planned_commit_is_built_although_the_branch_has_moved_on()
    {
        var planned = _repo.Commit("main", "a.txt", "old", "First #STAGE=qa#");
        _repo.Commit("main", "a.txt", "new", "Second");

        var run = await RunAsync("cat shop/a.txt; echo; echo $STAGE; echo $shop_COMMIT_ID", Repo(_repo, planned));

        Assert.Equal($"old\nqa\n{planned.Commit}\n", run.LogOf("script"));
        var checkedOut = run.Events.OfType<RunEvent.RepoCheckedOut>().Single();
        Assert.Equal((planned.Commit, "First #STAGE=qa#"), (checkedOut.CommitId, checkedOut.CommitMessage));
    }

    [Fact]
    public async Task Merges_come_together_in_the_workspace()
    {
        _repo.Commit("main", "base.txt", "base", "Base");
        var one = _repo.Commit("one", "one.txt", "1", "One");
        _repo.CheckOut("main");
        var two = _repo.Commit("two", "two.txt", "2", "Two");
        _repo.CheckOut("main");
        var main = _repo.Commit("main", "main.txt", "m", "Main");

        var run = await RunAsync("ls shop", Repo(_repo, main) with { Merges = [one, two] });

        Assert.Equal("base.txt\nmain.txt\none.txt\ntwo.txt\n", run.LogOf("script"));
    }

    [Fact]
    public async Task A_conflict_names_its_files()
    {
        _repo.Commit("main", "a.txt", "base", "Base");
        var one = _repo.Commit("one", "a.txt", "one", "One");
        _repo.CheckOut("main");
        var main = _repo.Commit("main", "a.txt", "main", "Main");

        var end = await (await RunAsync("true", Repo(_repo, main) with { Merges = [one] })).Ended;

        Assert.Equal(RunReason.MergeConflict, end.Reason);
        Assert.Equal($"Merging one into main of team/shop ({_repo.Url}) conflicts in a.txt.", end.Message);
    }

    [Fact]
    public async Task A_commit_that_was_pushed_over_is_gone()
    {
        var main = _repo.Commit("main", "a.txt", "a", "A");

        var end = await (await RunAsync("true", Repo(_repo, main with { Commit = new string('a', 40) }))).Ended;

        Assert.Equal(RunReason.CommitGone, end.Reason);
    }

    [Fact]
    public async Task Submodules_are_brought_along()
    {
        using var library = new TestRepo("library");
        library.Commit("main", "lib.txt", "lib", "Lib");
        _repo.Commit("main", "a.txt", "a", "A");
        _repo.Git("-c", "protocol.file.allow=always", "submodule", "-q", "add", library.Url, "lib");
        var main = _repo.Commit("main", "b.txt", "b", "With library");

        var run = await RunAsync("cat shop/lib/lib.txt", Repo(_repo, main) with { Submodules = true });

        Assert.Equal("lib", run.LogOf("script"));
    }

    [Theory]
    [InlineData("file:///nowhere/shop.git", RunReason.CheckoutFailed, "there is no git repository at this address")]
    [InlineData("http://127.0.0.1:9/team/shop.git", RunReason.CodeHostUnreachable, "no connection could be made")]
    [InlineData("http://no-such-host.invalid/team/shop.git", RunReason.CodeHostUnreachable, "the host name")]
    public async Task What_went_wrong_is_told_apart(string url, string reason, string words)
    {
        var main = _repo.Commit("main", "a.txt", "a", "A");

        var end = await (await RunAsync("true", Repo(_repo, main) with { Url = url })).Ended;

        Assert.Equal(reason, end.Reason);
        Assert.Contains(words, end.Message);
    }

    [Fact]
    public async Task A_repository_cannot_lead_the_next_one_out_of_the_workspace()
    {
        using var second = new TestRepo("second");
        File.CreateSymbolicLink(Path.Combine(_repo.Path, "out"), "/tmp");
        var main = _repo.Commit("main", "a.txt", "a", "A");
        var other = second.Commit("main", "b.txt", "b", "B");

        var end = await (await RunAsync(
            "true", Repo(_repo, main), Repo(second, other, index: 1) with { Directory = "shop/out/second" })).Ended;

        Assert.Equal(RunReason.CheckoutFailed, end.Reason);
        Assert.Contains("leaves the workspace", end.Message);
    }

    private Task<Fixtures.FakeAttempt> RunAsync(string script, params PlannedRepo[] repos) =>
        _host.RunAsync(Of(new PlannedStep.Checkout(), Shell(script)).With(plan => plan with { Repos = repos }));
}
