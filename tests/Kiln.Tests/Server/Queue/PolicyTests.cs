using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kiln.Contracts.Builds;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Queue;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Queue;

/// <summary>What builds, projects and administrators say about who may run.</summary>
public class PolicyTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync(await StoreAsync());

    /// <summary>Settings that choose the database.</summary>
    protected virtual Task<Func<KilnOptions, KilnOptions>> StoreAsync() =>
        Task.FromResult<Func<KilnOptions, KilnOptions>>(static options => options);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_build_has_no_more_runs_at_once_than_it_says_and_the_next_one_comes_when_one_ends()
    {
        var agent = await FakeAgent.KnownAsync(_app);
        var plan = Plan(new RunPolicy(MaxRunning: 2));
        var runs = new List<long> { await _app.RunAsync(plan), await _app.RunAsync(plan), await _app.RunAsync(plan) };
        var other = await _app.RunAsync(FakePlans.Script(build: "other"));

        var first = await agent.PollAsync();
        Assert.Equal([runs[0], runs[1], other], first.Start.Select(lease => lease.Key.RunId));
        var why = await WhyAsync(runs[2]);
        Assert.Equal(RunReason.BuildLimit, (string)why["reason"]!);
        Assert.Equal(
            $"Build hello has at most 2 runs at once (run_policy.max_running); before this one: {runs[0]}, {runs[1]}.", (string)why["message"]!);

        var held = agent.PollAsync();
        await agent.PassAsync(first.Start[0]);
        Assert.Equal(runs[2], Assert.Single((await held).Start).Key.RunId);
    }

    [Fact]
    public async Task A_project_has_no_more_runs_at_once_than_it_says()
    {
        var agent = await FakeAgent.KnownAsync(_app);
        var one = await _app.RunAsync(FakePlans.Script(build: "one") with { ProjectMaxRunning = 1 });
        var two = await _app.RunAsync(FakePlans.Script(build: "two") with { ProjectMaxRunning = 1 });

        var first = Assert.Single((await agent.PollAsync()).Start);
        Assert.Equal(one, first.Key.RunId);
        Assert.Equal(RunReason.ProjectLimit, (string)(await WhyAsync(two))["reason"]!);
        var held = agent.PollAsync();
        await agent.PassAsync(first);
        Assert.Equal(two, Assert.Single((await held).Start).Key.RunId);
    }

    [Fact]
    public async Task A_run_of_a_higher_priority_takes_the_limits_place_of_one_that_only_waits()
    {
        var plan = Plan(new RunPolicy(MaxRunning: 1));
        var low = await _app.RunAsync(plan);
        var high = await _app.RunAsync(plan, priority: 5);

        var agent = new FakeAgent(_app);
        Assert.Equal(high, Assert.Single((await agent.PollAsync()).Start).Key.RunId);
        Assert.Equal(RunReason.BuildLimit, (string)(await WhyAsync(low))["reason"]!);
    }

    [Fact]
    public async Task A_cancelled_run_gives_its_place_to_the_next()
    {
        var plan = Plan(new RunPolicy(MaxRunning: 1));
        var first = await _app.RunAsync(plan);
        var second = await _app.RunAsync(plan);
        using var cancelled = await _app.Admin.PostAsync($"openapi/runs/{first}/cancel", content: null);
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);

        Assert.Equal(second, Assert.Single((await new FakeAgent(_app).PollAsync()).Start).Key.RunId);
    }

    [Fact]
    public async Task A_limit_that_comes_while_runs_without_it_are_under_way_lets_the_next_one_through_in_the_end()
    {
        var agent = await FakeAgent.KnownAsync(_app);
        await _app.RunAsync(FakePlans.Script());
        var free = Assert.Single((await agent.PollAsync()).Start);
        var limited = await _app.RunAsync(Plan(new RunPolicy(MaxRunning: 1)));
        Assert.Equal(RunReason.BuildLimit, (string)(await WhyAsync(limited))["reason"]!);
        var held = agent.PollAsync();
        await agent.PassAsync(free);

        await _app.Get<SilenceWatch>().LookAsync(default);

        Assert.Equal(limited, Assert.Single((await held).Start).Key.RunId);
    }

    [Fact]
    public async Task A_newer_run_replaces_older_ones_of_the_same_service_that_wait_and_stops_those_that_run()
    {
        var agent = new FakeAgent(_app, capacity: 1);
        var plan = Plan(new RunPolicy(CancelOlder: true));
        var running = await _app.RunAsync(plan);
        var lease = await agent.TakeAsync();
        await agent.ReportAsync(lease, 0, "", new RunEvent.Begun { Seq = 1, AtMs = 0 });
        var waiting = await _app.RunAsync(plan);
        var otherService = await _app.RunAsync(plan with { ServiceModule = "another" });

        var newest = await _app.RunAsync(plan);

        Assert.Equal(
            new StopOrder(lease.Key, RunReason.Superseded, $"Run {newest} of the same build is newer."), (await agent.PollAsync()).Stop[^1]);
        var replaced = await RunAsync(waiting);
        Assert.Equal(("cancelled", RunReason.Superseded), ((string)replaced["status"]!, (string)replaced["reason"]!));
        Assert.Equal($"Run {newest} of the same build is newer.", (string)replaced["message"]!);
        Assert.Equal("queued", (string)(await RunAsync(otherService))["status"]!);
        Assert.Equal(lease.Key.RunId, running);
    }

    [Fact]
    public async Task A_run_that_was_lost_is_tried_again_as_often_as_its_policy_says_and_one_that_failed_is_not()
    {
        var agent = new FakeAgent(_app);
        var runId = await _app.RunAsync(Plan(new RunPolicy(Retries: 1)));
        var first = await agent.TakeAsync();
        await agent.ReportAsync(first, 0, "", Ended(RunStatus.Lost, RunReason.ExecDied));
        agent.Holding.Clear();

        var again = await agent.TakeAsync();
        Assert.Equal((runId, 2), (again.Key.RunId, again.Key.Attempt));
        Assert.True(again.Key.Fence > first.Key.Fence);
        await agent.ReportAsync(again, 0, "", Ended(RunStatus.Lost, RunReason.ExecDied));

        var run = await RunAsync(runId);
        Assert.Equal(("lost", 2), ((string)run["status"]!, (int)run["attempt"]!));
        var attempts = await _app.Admin.GetFromJsonAsync<JsonObject>($"openapi/runs/{runId}/attempts");
        Assert.Equal(
            "Attempt 1 was lost (exec_died); the build's policy tries it again.", (string)attempts!["attempts"]![1]!["cause"]!);

        agent.Holding.Clear();
        var failing = await _app.RunAsync(Plan(new RunPolicy(Retries: 3)));
        await agent.ReportAsync(await agent.TakeAsync(), 0, "", Ended(RunStatus.Failed, RunReason.ScriptFailed));
        Assert.Equal(("failed", 1), ((string)(await RunAsync(failing))["status"]!, (int)(await RunAsync(failing))["attempt"]!));
    }

    [Fact]
    public async Task A_lost_run_that_somebody_wanted_to_stop_is_not_tried_again()
    {
        var agent = new FakeAgent(_app);
        var runId = await _app.RunAsync(Plan(new RunPolicy(Retries: 3)));
        var lease = await agent.TakeAsync();
        using var cancelled = await _app.Admin.PostAsync($"openapi/runs/{runId}/cancel", content: null);
        await agent.ReportAsync(lease, 0, "", Ended(RunStatus.Lost, RunReason.ExecDied));

        var run = await RunAsync(runId);
        Assert.Equal(("lost", 1), ((string)run["status"]!, (int)run["attempt"]!));
    }

    [Fact]
    public async Task A_paused_host_keeps_its_runs_and_gets_no_new_ones_until_it_is_resumed()
    {
        var agent = await FakeAgent.KnownAsync(_app);
        await SetAsync("host-1/pause");
        var runId = await _app.RunAsync(FakePlans.Script());
        var held = agent.PollAsync();

        var why = await WhyAsync(runId);
        Assert.Equal((RunReason.NoHost, "No host takes runs now: host-1 is paused."), ((string)why["reason"]!, (string)why["message"]!));
        Assert.Equal("paused", (string)why["hosts"]![0]!["status"]!);

        await SetAsync("host-1/resume");
        Assert.Equal(runId, Assert.Single((await held).Start).Key.RunId);
        using var unknown = await _app.Admin.PostAsync("openapi/system/hosts/host-x/pause", content: null);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("host-1", await unknown.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task One_run_wakes_one_of_the_hosts_that_wait_and_a_host_that_goes_away_hands_its_ring_on()
    {
        var bells = new QueueBells();
        var (first, second) = (bells.Take("a", ["shell:shell"]), bells.Take("b", ["shell:shell", "label:gpu"]));
        first.HasRoom(4);
        second.HasRoom(1);

        bells.RingWork(["label:gpu"]);
        Assert.Empty(first.TakeWork());
        Assert.Equal(0, second.Room);
        second.HasRoom(1);
        Assert.Single(second.TakeWork());

        bells.RingWork(["shell:shell"]);
        Assert.Empty(second.TakeWork());
        bells.Return("a", first);
        Assert.Single(second.TakeWork());
        Assert.True(await second.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, default));
    }

    private static RunPlan Plan(RunPolicy policy) => FakePlans.Script() with { Policy = policy };

    private static RunEvent[] Ended(RunStatus status, string reason) =>
    [
        new RunEvent.Begun { Seq = 1, AtMs = 0 },
        new RunEvent.Ended(status, reason, "Because.", null, 0) { Seq = 2, AtMs = 0 },
    ];

    private async Task<JsonObject> WhyAsync(long runId) => (await _app.Admin.GetFromJsonAsync<JsonObject>($"openapi/runs/{runId}/why"))!;

    private async Task<JsonObject> RunAsync(long runId) => (await _app.Admin.GetFromJsonAsync<JsonObject>($"openapi/runs/{runId}"))!;

    private async Task SetAsync(string path)
    {
        using var answer = await _app.Admin.PostAsync($"openapi/system/hosts/{path}", content: null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
