using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Runner;

public sealed class CacheTests : IDisposable
{
    private readonly RunnerHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_second_run_finds_what_the_first_one_kept()
    {
        const string Script = "cat deps/lib 2>/dev/null; mkdir -p deps; echo lib > deps/lib; ln -sf nowhere deps/link";

        var first = await RunAsync(Script, Cache("deps"));
        var second = await RunAsync(Script, Cache("deps"));

        Assert.Contains("nothing is kept under this build's name yet", first.LogOf("cache_restore"));
        Assert.Contains("cache: kept this build's name", first.LogOf("cache_save"));
        Assert.Contains("cache: hit this build's name", second.LogOf("cache_restore"));
        Assert.Equal("lib\n", second.LogOf("script"));
        var (miss, saved, hit) = (Use(first, "cache_restore"), Use(first, "cache_save"), Use(second, "cache_restore"));
        Assert.Equal(("miss", "saved", "hit"), (miss.Result, saved.Result, hit.Result));
        Assert.True(miss.Bytes == 0 && saved.Bytes > 0 && saved.Bytes == hit.Bytes, $"{miss} {saved} {hit}");
    }

    [Fact]
    public async Task A_directory_outside_of_the_workspace_is_kept_by_the_host_itself()
    {
        var run = await RunAsync("true", Cache("/var/cache/of-the-host"));

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Contains("/var/cache/of-the-host lies outside the workspace, where a host keeps it by itself", run.LogOf("cache_restore"));
    }

    [Fact]
    public async Task The_same_content_is_kept_once()
    {
        const string Script = "mkdir -p deps; echo lib > deps/lib; touch -d 2020-01-01 deps/lib deps";

        await RunAsync(Script, Cache("deps", "one"));
        await RunAsync(Script, Cache("deps", "two"));

        Assert.Single(Directory.GetFiles(Path.Combine(_host.Store, "cache", "archives")));
    }

    [Fact]
    public async Task A_failed_run_keeps_nothing()
    {
        await RunAsync("mkdir deps; exit 1", Cache("deps"));

        Assert.False(Directory.Exists(Path.Combine(_host.Store, "cache", "archives")));
    }

    [Fact]
    public async Task A_key_over_files_finds_its_entry_and_a_beginning_finds_the_newest()
    {
        var cache = Cache("deps", "v1-hash(lock)") with { RestoreKeys = ["v1-"] };
        await RunAsync("true", cache, Prepared("echo a > lock; mkdir deps; echo a > deps/from"));

        var same = await RunAsync("cat deps/from", cache, Prepared("echo a > lock"));
        var other = await RunAsync("cat deps/from", cache, Prepared("echo b > lock"));
        var foreign = await RunAsync("cat deps/from", cache with { Scope = "other" }, Prepared("echo a > lock"));

        Assert.Contains("cache: hit \"v1-", same.LogOf("cache_restore"));
        Assert.Contains("is kept already", same.LogOf("cache_save"));
        Assert.Contains("cache: partial hit \"v1-", other.LogOf("cache_restore"));
        Assert.Equal("a\n", other.LogOf("script"));
        Assert.Contains("nothing is kept", foreign.LogOf("cache_restore"));
    }

    [Fact]
    public async Task Checked_out_sources_win_over_a_kept_workspace_and_files_that_did_not_change_keep_their_time()
    {
        using var repo = new TestRepo("shop");
        repo.Commit("main", "same.txt", "same", "One");
        var one = repo.Commit("main", "a.txt", "old", "Two");
        var two = repo.Commit("main", "a.txt", "new", "Three");
        var cache = Cache("$WORKSPACE");

        await CheckedOutAsync(repo, one, cache, "touch -d 2020-01-01 shop/same.txt; echo made > shop/made.o");
        var second = await CheckedOutAsync(repo, two, cache, "cat shop/a.txt shop/made.o; date -r shop/same.txt +%Y; git -C shop status --short");

        Assert.Equal("newmade\n2020\n?? made.o\n", second.LogOf("script"));
    }

    [Fact]
    public async Task Beyond_its_limit_the_cache_lets_go_of_what_was_used_least_recently()
    {
        for (var i = 0; i < 4; i++)
        {
            await RunAsync("mkdir deps; head -c 25000000 /dev/urandom > deps/big", Cache("deps", $"{i}"));
        }

        var oldest = await RunAsync("true", Cache("deps", "0"));
        var newest = await RunAsync("true", Cache("deps", "3"));

        Assert.Contains("nothing is kept under \"0\"", oldest.LogOf("cache_restore"));
        Assert.Contains("hit \"3\"", newest.LogOf("cache_restore"));
    }

    [Fact]
    public async Task Runs_beside_each_other_restore_and_keep_the_same_entry()
    {
        var ends = await Task.WhenAll(Enumerable.Range(1, 6).Select(id => _host.RunBesideAsync(
            Spec("mkdir -p deps; echo $KILN_RUN_ID > deps/by", Cache("deps")) with { RunId = id })));

        Assert.All(ends, end => Assert.Equal(RunStatus.Passed, end.Status));
        Assert.Matches("^[1-6]\n$", (await RunAsync("cat deps/by", Cache("deps"))).LogOf("script"));
    }

    [Fact]
    public async Task A_damaged_archive_is_no_reason_to_fail()
    {
        await RunAsync("mkdir deps", Cache("deps"));
        var archive = Directory.GetFiles(Path.Combine(_host.Store, "cache", "archives")).Single();
        await File.WriteAllBytesAsync(archive, new byte[new FileInfo(archive).Length]);

        var run = await RunAsync("ls", Cache("deps"));

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Contains("cache: could not be restored", run.LogOf("cache_restore"));
        Assert.Equal("", run.LogOf("script"));
    }

    [Fact]
    public async Task An_archive_that_a_power_cut_shortened_is_none()
    {
        await RunAsync("mkdir deps; echo kept > deps/file", Cache("deps"));
        await File.WriteAllTextAsync(Directory.GetFiles(Path.Combine(_host.Store, "cache", "archives")).Single(), "");

        Assert.Contains("nothing is kept under this", (await RunAsync("ls; mkdir deps; echo anew > deps/file", Cache("deps"))).LogOf("cache_restore"));
        Assert.Equal("anew\n", (await RunAsync("cat deps/file", Cache("deps"))).LogOf("script"));
    }

    private static PlannedCache Cache(string directory, string key = "") =>
        new() { Scope = "demo/hello", Directory = directory, Key = key, RestoreKeys = [] };

    private static CacheUse Use(FakeAttempt run, string step) =>
        run.Events.OfType<RunEvent.StepEnded>().Single(ended => ended.Name == step).Cache!;

    private static PlannedStep Prepared(string script) => new PlannedStep.PostScript(script);

    private static RunSpec Spec(string script, PlannedCache cache, params PlannedStep[] before) =>
        Of([.. before, new PlannedStep.CacheRestore(cache), Shell(script), new PlannedStep.CacheSave(cache)]);

    private Task<FakeAttempt> RunAsync(string script, PlannedCache cache, params PlannedStep[] before) =>
        _host.RunAsync(Spec(script, cache, before));

    private Task<FakeAttempt> CheckedOutAsync(TestRepo repo, PlannedRef commit, PlannedCache cache, string script) =>
        _host.RunAsync(Of(
            new PlannedStep.CacheRestore(cache), new PlannedStep.Checkout(), Shell(script), new PlannedStep.CacheSave(cache))
            .With(plan => plan with { Repos = [Repo(repo, commit)] }));
}
