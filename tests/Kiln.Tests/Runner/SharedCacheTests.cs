using Kiln.Buckets;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner.Caches;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Runner;

/// <summary>Hosts that keep caches for each other on a real S3 server.</summary>
public sealed class SharedCacheTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private S3Server _server = null!;
    private SharedCache _shared = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await S3Server.StartAsync(_directory.Path);
        _shared = new SharedCache(BucketUrl.Parse(
            $"s3://{S3Server.AccessKey}:{S3Server.SecretKey}@{new Uri(_server.Endpoint).Authority}/{S3Server.Bucket}/kept?insecure=true")!);
    }

    public async ValueTask DisposeAsync()
    {
        _shared.Dispose();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_one_host_keeps_another_one_finds_and_then_has_itself()
    {
        using var first = new RunnerHost(_shared);
        using var second = new RunnerHost(_shared);

        var kept = await RunAsync(first, "mkdir deps; echo lib > deps/lib", Cache("v1-a/b c"));
        var found = await RunAsync(second, "cat deps/lib", Cache("v1-a/b c"));
        var again = await RunAsync(second, "cat deps/lib", Cache("v1-a/b c"));
        var near = await RunAsync(second, "cat deps/lib", Cache("v1-other") with { RestoreKeys = ["v1-"] });

        Assert.Contains("cache: shared, ", kept.LogOf("cache_save"));
        Assert.Contains("bytes from what hosts share", found.LogOf("cache_restore"));
        Assert.Contains("cache: hit \"v1-a/b c\"", found.LogOf("cache_restore"));
        Assert.Equal("lib\n", found.LogOf("script"));
        Assert.DoesNotContain("fetched", again.LogOf("cache_restore"));
        Assert.Contains("partial hit", near.LogOf("cache_restore"));
    }

    [Fact]
    public async Task A_newer_entry_of_another_host_wins_over_the_own_one()
    {
        using var first = new RunnerHost(_shared);
        using var second = new RunnerHost(_shared);
        await RunAsync(first, "mkdir -p deps; echo old > deps/lib", Cache(""));
        await RunAsync(second, "echo new > deps/lib", Cache(""));

        Assert.Equal("new\n", (await RunAsync(first, "cat deps/lib", Cache(""))).LogOf("script"));
    }

    [Fact]
    public async Task Without_the_shared_place_the_host_goes_on_with_its_own_copy()
    {
        using var host = new RunnerHost(_shared);
        await RunAsync(host, "mkdir deps; echo lib > deps/lib", Cache(""));
        await _server.DisposeAsync();

        var run = await RunAsync(host, "cat deps/lib", Cache(""));

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Equal("lib\n", run.LogOf("script"));
        Assert.Contains("cache: what hosts share is out of reach", run.LogOf("cache_restore"));
        Assert.Contains("cache: kept on this host only.", run.LogOf("cache_save"));
    }

    [Fact]
    public async Task An_archive_that_is_not_what_its_name_says_is_none()
    {
        using var first = new RunnerHost(_shared);
        using var second = new RunnerHost(_shared);
        await RunAsync(first, "mkdir -p deps; echo lib > deps/lib", Cache(""));
        _server.Damage("kept/archives");

        var run = await RunAsync(second, "ls", Cache(""));

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Contains("nothing is kept under this build's name yet", run.LogOf("cache_restore"));
        Assert.Empty(run.LogOf("script"));
    }

    [Fact]
    public async Task A_key_that_is_refused_is_said_and_fails_nothing()
    {
        using var shared = new SharedCache(BucketUrl.Parse(
            $"s3://stranger:{S3Server.SecretKey}@{new Uri(_server.Endpoint).Authority}/{S3Server.Bucket}?insecure=true")!);
        using var host = new RunnerHost(shared);

        var run = await RunAsync(host, "mkdir deps; echo lib > deps/lib", Cache(""));

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Contains("cache: kept on this host only.", run.LogOf("cache_save"));
        Assert.Contains("access key", run.LogOf("cache_save"));
    }

    [Theory]
    [InlineData("s3://k:s%2Fx@h:9000/b/p/q?region=r&insecure=true", "s/x", "p/q/")]
    [InlineData("s3://k:s@h/b", "s", "")]
    public void A_setting_names_bucket_and_prefix(string text, string secret, string prefix)
    {
        var url = BucketUrl.Parse(text)!;

        Assert.Equal((secret, prefix, "b"), (url.Address.SecretKey, url.Prefix, url.Address.Bucket));
    }

    [Theory]
    [InlineData("https://k:s@h/b")]
    [InlineData("s3://h/b")]
    [InlineData("s3://k:s@h")]
    [InlineData("s3://k:s@h/b?what=1")]
    public void Anything_else_is_none(string text) => Assert.Null(BucketUrl.Parse(text));

    private static PlannedCache Cache(string key) =>
        new() { Scope = "demo/hello", Directory = "deps", Key = key, RestoreKeys = [] };

    private static Task<FakeAttempt> RunAsync(RunnerHost host, string script, PlannedCache cache) =>
        host.RunAsync(Of(new PlannedStep.CacheRestore(cache), Shell(script), new PlannedStep.CacheSave(cache)));
}
