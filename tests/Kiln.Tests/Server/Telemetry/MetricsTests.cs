using System.Globalization;
using System.Net;
using Kiln.Contracts.Runs;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Telemetry;

public sealed class MetricsTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_run_is_measured_from_the_queue_to_its_end()
    {
        var agent = new FakeAgent(_app);
        await _app.RunAsync(FakePlans.Script());
        await agent.PassAsync(await agent.TakeAsync(), "hello\n");

        var samples = await ScrapeAsync();

        Assert.Equal(1, samples["kiln_queue_wait_seconds_count"]);
        Assert.Equal(1, samples["kiln_run_ramp_seconds_count{phase=\"assigned\"}"]);
        Assert.Equal(1, samples["kiln_run_ramp_seconds_count{phase=\"started\"}"]);
        Assert.Equal(1, samples["kiln_run_ramp_seconds_count{phase=\"first_line\"}"]);
        Assert.Equal(1, samples["kiln_run_duration_seconds_count{status=\"passed\",reason=\"\"}"]);
        Assert.Equal(6, samples["kiln_log_bytes_total"]);
        Assert.Equal(1, samples["kiln_log_lag_seconds_count"]);
        Assert.Equal(0, samples["kiln_runs_active"]);
        Assert.Equal(1, samples["kiln_hosts{state=\"online\"}"]);
        Assert.Equal(0, samples["kiln_lease_losses_total"]);
    }

    [Fact]
    public async Task Waiting_runs_are_counted_by_why_they_wait()
    {
        await _app.RunAsync(FakePlans.Script());
        Assert.Equal(1, (await ScrapeAsync())["kiln_queue_depth{reason=\"no_host\"}"]);

        await new FakeAgent(_app, capacity: 0).PollAsync();
        var agent = new FakeAgent(_app, "host-2", capacity: 1);
        await agent.TakeAsync();
        await _app.RunAsync(FakePlans.Script());
        await _app.RunAsync(FakePlans.Script() with { HostLabels = ["gpu"] });

        var samples = await ScrapeAsync();
        Assert.Equal(0, samples["kiln_queue_depth{reason=\"no_host\"}"]);
        Assert.Equal(1, samples["kiln_queue_depth{reason=\"hosts_busy\"}"]);
        Assert.Equal(1, samples["kiln_queue_depth{reason=\"no_host_with_labels\"}"]);
        Assert.Equal(1, samples["kiln_runs_active"]);
    }

    [Fact]
    public async Task A_lease_that_is_taken_up_again_and_a_cache_that_was_asked_for_are_counted()
    {
        var agent = new FakeAgent(_app);
        await _app.RunAsync(FakePlans.Script());
        var lease = await agent.TakeAsync();
        Assert.Equal(HttpStatusCode.OK, (await agent.SpecAsync(lease.Key)).StatusCode);
        await agent.ReportAsync(
            lease, 0, "",
            new RunEvent.Begun { Seq = 1, AtMs = 0 },
            new RunEvent.StepStarted("cache_restore", 0) { Seq = 2, AtMs = 0 },
            new RunEvent.StepEnded("cache_restore", StepStatus.Passed, 0, "miss") { Seq = 3, AtMs = 0 },
            new RunEvent.StepStarted("cache_save", 0) { Seq = 4, AtMs = 0 },
            new RunEvent.StepEnded("cache_save", StepStatus.Passed, 0, "")
            {
                Seq = 5, AtMs = 0, Cache = new CacheUse("saved", Bytes: 4096, DurationMs: 2500),
            });

        var samples = await ScrapeAsync();

        Assert.Equal(1, samples["kiln_run_reattaches_total{how=\"adopted\"}"]);
        Assert.Equal(1, samples["kiln_cache_lookups_total{result=\"miss\"}"]);
        Assert.Equal(1, samples["kiln_cache_saves_total{result=\"saved\"}"]);
        Assert.Equal(4096, samples["kiln_cache_bytes_total{op=\"save\"}"]);
        Assert.Equal(2.5, samples["kiln_cache_duration_seconds_sum{op=\"save\"}"]);
        Assert.Equal(1, samples["kiln_cache_duration_seconds_count{op=\"save\"}"]);
    }

    [Fact]
    public async Task They_are_for_whoever_may_read_a_project_and_for_nobody_without_a_token()
    {
        var viewer = await _app.Admin.SendJsonAsync(
            HttpMethod.Post, "/openapi/system/tokens",
            """{"name": "prometheus", "kind": "user", "grants": [{"project_key": "*", "role": "viewer"}], "verbs": ["read"]}""");

        Assert.Equal(HttpStatusCode.Unauthorized, (await _app.Anonymous.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _app.Client((string?)(await viewer.JsonAsync())["token"]).GetAsync("/metrics")).StatusCode);
    }

    [Fact]
    public async Task A_runs_trace_is_that_of_the_call_that_started_it()
    {
        await _app.Admin.SendJsonAsync(HttpMethod.Post, "/openapi/projects/project", """{"project_key": "shop"}""");
        await new FakeAgent(_app).PollAsync();
        await _app.Admin.SendJsonAsync(HttpMethod.Post, "/openapi/build", """
            {"name": "web", "project_key": "shop", "infrastructure": "vm", "build_os": "ubuntu 22.04", "script_type": "shell", "installs": [],
             "services": [], "build_script": "true"}
            """);
        var request = new HttpRequestMessage(HttpMethod.Post, "/openapi/build/web/runs?projectKey=shop");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        var started = await (await _app.Admin.SendAsync(request)).JsonAsync();

        var run = await (await _app.Admin.GetAsync($"/openapi/runs/{started["run_id"]}")).JsonAsync();

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (string?)run["trace_id"]);
    }

    /// <summary>The samples by name and labels; the text is checked as Prometheus reads it.</summary>
    private async Task<Dictionary<string, double>> ScrapeAsync()
    {
        using var answer = await _app.Admin.GetAsync("/metrics");
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var family = "";
        foreach (var line in (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
            }
            if (line[0] != '#')
            {
                Assert.StartsWith(family, line);
                samples.Add(line[..line.LastIndexOf(' ')], double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
            }
        }
        return samples;
    }
}
