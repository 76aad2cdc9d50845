using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Kiln.Contracts;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Artifacts;
using Kiln.Server.Planning;
using Kiln.Server.Runs;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Server.Runs;

public class RunsApiTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync(await StoreAsync());

    /// <summary>Settings that choose the database.</summary>
    protected virtual Task<Func<KilnOptions, KilnOptions>> StoreAsync() =>
        Task.FromResult<Func<KilnOptions, KilnOptions>>(static options => options);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Lists_are_newest_first_and_filtered_and_count_all()
    {
        for (var i = 0; i < 5; i++)
        {
            await _app.RunAsync(FakePlans.Script(project: i % 2 == 0 ? "even" : "odd", build: $"b{i % 2}"));
        }
        var all = await GetAsync("/openapi/runs?pageSize=2&pageNum=2");
        Assert.Equal(5, (int)all["total"]!);
        Assert.Equal([3, 2], all["runs"]!.AsArray().Select(run => (int)run!["run_id"]!));
        Assert.Equal(3, (int)(await GetAsync("/openapi/runs?projectKey=even"))["total"]!);
        Assert.Equal(2, (int)(await GetAsync("/openapi/build/b1/runs?projectKey=odd"))["total"]!);
        Assert.Equal(0, (int)(await GetAsync("/openapi/build/b1/runs?projectKey=even"))["total"]!);
        Assert.Equal(5, (int)(await GetAsync("/openapi/runs?status=queued&service_name=svc"))["total"]!);
        using var wrong = await _app.Admin.GetAsync("/openapi/runs?status=sleeping&pageSize=-1");
        Assert.Equal(["pageSize", "status"], (await wrong.ErrorsAsync()).Select(error => error.Split(':')[0]));
    }

    [Fact]
    public async Task A_waiting_run_says_why_it_waits()
    {
        var id = await _app.RunAsync(FakePlans.Script() with { HostLabels = ["gpu"] });
        Assert.Equal(RunReason.NoHost, (string?)(await GetAsync($"/openapi/runs/{id}"))["reason"]);
        var poll = (await FakeAgent.KnownAsync(_app)).PollAsync();
        await _app.RunAsync(FakePlans.Script());
        await poll;
        var why = await GetAsync($"/openapi/runs/{id}/why");
        Assert.Equal(RunReason.NoHostWithLabels, (string?)why["reason"]);
        Assert.Equal("the label gpu", (string?)why["hosts"]![0]!["missing"]![0]);
        var hosts = await GetAsync("/openapi/system/hosts");
        Assert.Equal(("host-1", "online", 1), ((string)hosts["hosts"]![0]!["name"]!,
            (string)hosts["hosts"]![0]!["status"]!, (int)hosts["hosts"]![0]!["active"]!));
    }

    [Fact]
    public async Task A_waiting_run_is_cancelled_at_once_and_only_once()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        for (var i = 0; i < 2; i++)
        {
            using var accepted = await _app.Admin.PostAsync($"/openapi/runs/{id}/cancel", content: null);
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            Assert.Equal("cancelled", (string?)(await accepted.JsonAsync())["status"]);
        }
        var run = await GetAsync($"/openapi/runs/{id}");
        Assert.Equal("Cancelled by admin while it waited.", (string?)run["message"]);
    }

    [Fact]
    public async Task Orders_that_mean_nothing_are_refused_with_a_sentence()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        using var early = await _app.Admin.PostAsync($"/openapi/runs/{id}/retry", content: null);
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        var agent = new FakeAgent(_app);
        await agent.PassAsync(await agent.TakeAsync());
        using var late = await _app.Admin.PostAsync($"/openapi/runs/{id}/cancel", content: null);
        Assert.Contains("already ended: passed", (string?)(await late.JsonAsync())["description"], StringComparison.Ordinal);
        using var missing = await _app.Admin.PostAsync("/openapi/runs/77/cancel", content: null);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_retry_is_a_new_attempt_and_the_earlier_one_stays_readable()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_app);
        await agent.PassAsync(await agent.TakeAsync(), "first\n");
        (await _app.Admin.PostAsync($"/openapi/runs/{id}/retry", content: null)).EnsureSuccessStatusCode();
        await agent.PassAsync(await agent.TakeAsync(), "second\n");
        Assert.Equal("second\n", await _app.Admin.GetStringAsync($"/openapi/runs/{id}/log"));
        Assert.Equal("first\n", await _app.Admin.GetStringAsync($"/openapi/runs/{id}/log?attempt=1"));
        Assert.Equal(2, (int)(await GetAsync($"/openapi/runs/{id}"))["attempt"]!);
        Assert.Equal("img:1", (string?)(await GetAsync($"/openapi/runs/{id}/outputs?attempt=1"))["outputs"]![0]!["value"]);
        var attempts = (await GetAsync($"/openapi/runs/{id}/attempts"))["attempts"]!.AsArray();
        Assert.Equal([(1, "passed", ""), (2, "passed", "Retried by admin.")], attempts.Select(
            attempt => ((int)attempt!["attempt"]!, (string)attempt["status"]!, (string)attempt["cause"]!)));
    }

    [Fact]
    public async Task A_run_and_its_steps_say_how_long_they_took_in_milliseconds()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var app = await KilnApp.StartAsync(time, options => options);
        var id = await app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(app);
        var lease = await agent.TakeAsync();
        var began = time.GetUtcNow().ToUnixTimeMilliseconds();
        time.Advance(TimeSpan.FromSeconds(2));
        await agent.ReportAsync(
            lease, 0, "", [.. FakeAgent.Passed(0).Select(happened => happened with { AtMs = began + (happened.Seq * 250) })]);
        var run = await (await app.Admin.GetAsync($"/openapi/runs/{id}")).JsonAsync();
        Assert.Equal((1000, 250), ((long)run["duration_ms"]!, (long)run["steps"]![0]!["duration_ms"]!));
    }

    [Fact]
    public async Task An_idempotency_key_gives_the_same_run_for_the_same_request_and_is_refused_for_another()
    {
        var store = _app.Get<RunStore>();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ => await store.CreateAsync(
            new NewRun(await store.AllocateIdAsync(default), FakePlans.Script(), new Dictionary<string, string>(), [], 0, "me"),
            new Idempotency("me /b", "key", "hash"),
            default)));
        var created = Assert.Single(outcomes.OfType<RunCreation.Created>());
        Assert.All(outcomes.OfType<RunCreation.Repeated>(), repeated => Assert.Equal(created.RunId, repeated.RunId));
        Assert.Equal(
            new RunCreation.KeyReused(created.RunId), await store.FindAsync(new Idempotency("me /b", "key", "other"), default));
        Assert.Null(await store.FindAsync(new Idempotency("you /b", "key", "hash"), default));
    }

    [Fact]
    public async Task An_artifact_is_stored_whole_listed_and_downloaded_in_ranges()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_app);
        var lease = await agent.TakeAsync();
        var content = RandomNumberGenerator.GetBytes(300_000);
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        using var broken = await PutAsync(lease, "pkg/app 1.tar.gz", content[1..], hash);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        using var stored = await PutAsync(lease, "pkg/app 1.tar.gz", content, hash);
        var artifact = System.Text.Json.JsonSerializer.Deserialize(
            await stored.Content.ReadAsStringAsync(), KilnJson.Default.RunArtifact)!;
        Assert.Equal(new RunArtifact("pkg/app 1.tar.gz", "package", content.Length, hash), artifact);
        await agent.ReportAsync(lease, 0, "", new RunEvent.Begun { Seq = 1, AtMs = 0 },
            new RunEvent.ArtifactStored(artifact) { Seq = 2, AtMs = 0 });

        var listed = (await GetAsync($"/openapi/runs/{id}/artifacts"))["artifacts"]![0]!;
        Assert.Equal(content, await _app.Admin.GetByteArrayAsync((string)listed["url"]!));
        using var request = new HttpRequestMessage(HttpMethod.Get, (string)listed["url"]!);
        request.Headers.Range = new RangeHeaderValue(10, 19);
        using var range = await _app.Admin.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
        Assert.Equal(content[10..20], await range.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("pkg/app 1.tar.gz", true)]
    [InlineData("包/…", true)]
    [InlineData("", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("../../admin-token", false)]
    [InlineData("a/../../b", false)]
    [InlineData("a/./b", false)]
    [InlineData("a//b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a\0b", false)]
    public void Only_paths_below_the_runs_own_artifacts_are_taken(string path, bool isValid) =>
        Assert.Equal(isValid, ArtifactPath.IsValid(path));

    [Fact]
    public async Task Only_what_a_run_has_stored_is_ever_read()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        using var get = await _app.Admin.GetAsync($"/openapi/runs/{id}/artifacts/..%2F..%2F..%2Fadmin-token");
        Assert.Equal(HttpStatusCode.NotFound, get.StatusCode);
    }

    private async Task<HttpResponseMessage> PutAsync(Lease lease, string path, byte[] content, string? sha256)
    {
        var key = lease.Key;
        using var request = new HttpRequestMessage(
            HttpMethod.Put,
            $"{RunnerProtocol.ArtifactPath}{path}?run={key.RunId}&attempt={key.Attempt}&fence={key.Fence}&kind=package"
            + (sha256 is null ? "" : $"&sha256={sha256}"));
        request.Content = new ByteArrayContent(content);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", lease.Token);
        return await _app.Anonymous.SendAsync(request);
    }

    private async Task<System.Text.Json.Nodes.JsonNode> GetAsync(string path) => await (await _app.Admin.GetAsync(path)).JsonAsync();
}
