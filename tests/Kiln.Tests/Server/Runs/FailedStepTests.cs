using System.Net;
using System.Text.Json.Nodes;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Queue;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Server.Runs;

/// <summary>Runs that go on from their failed step, in the workspace that their host has kept.</summary>
public class FailedStepTests : IAsyncLifetime
{
    private FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync(_time, await StoreAsync());

    /// <summary>Settings that choose the database.</summary>
    protected virtual Task<Func<KilnOptions, KilnOptions>> StoreAsync() =>
        Task.FromResult<Func<KilnOptions, KilnOptions>>(static options => options);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task It_goes_to_the_host_that_keeps_the_workspace_also_after_a_restart_of_the_server()
    {
        var (id, keeper) = await FailedAsync();
        Assert.Equal(
            """{"is_kept":true,"bytes":4096,"until":1577840400,"message":""}""", (await RunAsync(id))["workspace"]!.ToJsonString());
        Assert.Equal((HttpStatusCode.Accepted, 2), await RetryAsync(id, "failed_step"));
        _app = await _app.RestartAsync(_time);
        var other = await FakeAgent.KnownAsync(_app, "host-2");
        var held = other.PollAsync();
        keeper = new FakeAgent(_app, keeper.Info.Name);

        var lease = await keeper.TakeAsync();

        Assert.False(held.IsCompleted);
        Assert.Equal((2, 1), (lease.Spec.Attempt, lease.Spec.ContinuesAttempt));
        using var again = await keeper.SpecAsync(lease.Key);
        Assert.Equal(1, (int)(await again.JsonAsync())["spec"]!["continues_attempt"]!);
        await keeper.ReportAsync(lease, 0, "",
            new RunEvent.Begun { Seq = 1, AtMs = 0 },
            new RunEvent.StepEnded("script", StepStatus.Skipped, 0, "It passed in attempt 1.") { Seq = 2, AtMs = 0, ReusedAttempt = 1 },
            new RunEvent.Ended(RunStatus.Passed, "", "", 0, 0) { Seq = 3, AtMs = 0 });
        var run = await RunAsync(id);
        Assert.Equal(("passed", "skipped", 1), ((string)run["status"]!, (string)run["steps"]![0]!["status"]!, (int)run["steps"]![0]!["reused_attempt"]!));
        Assert.Equal("Attempt 2 has the workspace.", (string?)(await RunAsync(id, attempt: 1))["workspace"]!["message"]);
        await _app.RunAsync(FakePlans.Script());
        Assert.Single((await held).Start);
    }

    [Fact]
    public async Task While_the_host_is_away_the_run_waits_and_says_for_which()
    {
        var (id, _) = await FailedAsync();
        await RetryAsync(id, "failed_step");
        _time.Advance(TimeSpan.FromSeconds(31));
        var other = await FakeAgent.KnownAsync(_app, "host-2");

        Assert.Equal(
            "The workspace of attempt 1 is on host host-1, and that is unreachable. To run from the beginning on another host, cancel the "
            + "run and retry it.",
            await WhyAsync(id, RunReason.WorkspaceHostAway));
        Assert.Equal("the kept workspace", (string?)(await GetAsync($"/openapi/runs/{id}/why"))["needs"]!.AsArray()[^1]);
        Assert.Equal("host-2", other.Info.Name);
    }

    [Fact]
    public async Task While_the_host_is_paused_drains_or_is_busy_the_run_waits_and_says_so()
    {
        var (id, agent) = await FailedAsync();
        await RetryAsync(id, "failed_step");

        using (await _app.Admin.PostAsync("openapi/system/hosts/host-1/pause", content: null))
        {
            Assert.StartsWith("The workspace of attempt 1 is on host host-1, and that is paused.", await WhyAsync(id, RunReason.WorkspaceHostAway));
        }
        using (await _app.Admin.PostAsync("openapi/system/hosts/host-1/resume", content: null))
        {
            Assert.Equal(
                "Host host-1, which keeps the workspace of attempt 1, is busy; this run is next.", await WhyAsync(id, RunReason.HostsBusy));
        }
        agent.Info = agent.Info with { Draining = true };
        await agent.AnnounceAsync();
        Assert.StartsWith("The workspace of attempt 1 is on host host-1, and that is draining.", await WhyAsync(id, RunReason.WorkspaceHostAway));
    }

    [Fact]
    public async Task A_host_that_joins_anew_with_the_same_name_does_not_get_the_run()
    {
        var (id, agent) = await FailedAsync();
        await RetryAsync(id, "failed_step");
        var stranger = new FakeAgent(_app);
        stranger.Info = stranger.Info with { AgentId = "another-disk" };

        await stranger.AnnounceAsync();

        Assert.Equal("queued", (string?)(await RunAsync(id))["status"]);
        Assert.Equal(2, (await agent.TakeAsync()).Key.Attempt);
    }

    [Fact]
    public async Task A_continued_attempt_that_fails_can_be_continued_again()
    {
        var (id, agent) = await FailedAsync();
        await RetryAsync(id, "failed_step");
        await agent.FailAsync(await agent.TakeAsync(), _time.GetUtcNow().AddHours(2));

        Assert.Equal((HttpStatusCode.Accepted, 3), await RetryAsync(id, "failed_step"));

        Assert.Equal(2, (await agent.TakeAsync()).Spec.ContinuesAttempt);
    }

    [Fact]
    public async Task An_attempt_that_is_cancelled_while_it_waits_gives_the_workspace_back()
    {
        var (id, agent) = await FailedAsync();
        await RetryAsync(id, "failed_step");

        using var cancelled = await _app.Admin.PostAsync($"openapi/runs/{id}/cancel", content: null);

        Assert.True((bool)(await RunAsync(id, attempt: 1))["workspace"]!["is_kept"]!);
        Assert.Equal((HttpStatusCode.Accepted, 3), await RetryAsync(id, "failed_step"));
        Assert.Equal("Attempt 3 has the workspace.", (string?)(await RunAsync(id, attempt: 1))["workspace"]!["message"]);
        var lease = await agent.TakeAsync();
        Assert.Equal((3, 1), (lease.Spec.Attempt, lease.Spec.ContinuesAttempt));
    }

    [Fact]
    public async Task An_attempt_whose_time_in_the_queue_is_over_gives_the_workspace_back()
    {
        var (id, agent) = await FailedAsync(keptFor: TimeSpan.FromDays(7));
        await RetryAsync(id, "failed_step");

        _time.Advance(TimeSpan.FromHours(25));
        await _app.Get<SilenceWatch>().LookAsync(default);

        Assert.Equal("timeout", (string?)(await RunAsync(id))["status"]);
        Assert.Equal((HttpStatusCode.Accepted, 3), await RetryAsync(id, "failed_step"));
        Assert.Equal(1, (await agent.TakeAsync()).Spec.ContinuesAttempt);
    }

    [Fact]
    public async Task An_attempt_that_its_host_has_had_keeps_the_workspace_for_itself_when_it_is_cancelled()
    {
        var (id, agent) = await FailedAsync();
        await RetryAsync(id, "failed_step");
        var lease = await agent.TakeAsync();

        using var cancelled = await _app.Admin.PostAsync($"openapi/runs/{id}/cancel", content: null);
        await agent.ReportAsync(lease, 0, "", new RunEvent.Begun { Seq = 1, AtMs = 0 },
            new RunEvent.Ended(RunStatus.Cancelled, RunReason.CancelledByUser, "Cancelled.", null, 0) { Seq = 2, AtMs = 0 });

        Assert.Contains("did not fail: it ended as cancelled", await RefusalAsync(id));
    }

    [Fact]
    public async Task A_run_in_a_pod_is_refused_and_told_why()
    {
        var id = await _app.RunAsync(Keeping() with { Infrastructure = "kubernetes", Pod = PodOrders.Pod() });
        using var cancelled = await _app.Admin.PostAsync($"openapi/runs/{id}/cancel", content: null);

        Assert.Equal(
            $"Run {id} ran in a pod, and its workspace (an emptyDir) went with the pod: only runs on hosts go on from the failed step. "
            + "Retry it from the beginning, without from (kiln: without --from-failed).",
            await RefusalAsync(id));
    }

    [Fact]
    public async Task A_host_that_has_let_go_of_the_workspace_ends_what_waits_for_it_and_says_why()
    {
        var (id, agent) = await FailedAsync();
        await RetryAsync(id, "failed_step");
        agent.Info = agent.Info with { Draining = true };
        agent.Swept.Add(new SweptWorkspace(new LeaseKey(id, 1, 1), "Host host-1 made room."));

        await agent.AnnounceAsync();

        var run = await RunAsync(id);
        Assert.Equal(("failed", RunReason.WorkspaceGone), ((string)run["status"]!, (string)run["reason"]!));
        Assert.Equal("Host host-1 made room. Retry the run from the beginning.", (string?)run["message"]);
        Assert.StartsWith("Host host-1 made room. Retry it from the beginning", await RefusalAsync(id));
    }

    [Fact]
    public async Task A_workspace_that_was_swept_or_is_too_old_is_not_promised()
    {
        var (id, agent) = await FailedAsync();
        var (old, _) = await FailedAsync(agent);
        agent.Swept.Add(new SweptWorkspace(new LeaseKey(id, 1, 1), "Host host-1 made room."));
        await _app.RunAsync(FakePlans.Script());
        await agent.PollAsync();
        _time.Advance(TimeSpan.FromHours(1));

        Assert.False((bool)(await RunAsync(id))["workspace"]!["is_kept"]!);
        Assert.Equal("Host host-1 made room. Retry it from the beginning, without from (kiln: without --from-failed).", await RefusalAsync(id));
        Assert.Contains("was kept until 2020-01-01 01:00:00Z. Retry it from the beginning", await RefusalAsync(old));
        Assert.Equal((HttpStatusCode.Accepted, 2), await RetryAsync(id, "beginning"));
    }

    [Fact]
    public async Task Each_hindrance_has_its_sentence()
    {
        var agent = new FakeAgent(_app);
        var waiting = await _app.RunAsync(Keeping());
        Assert.Contains("has not ended yet (queued); only a run that has failed", await RefusalAsync(waiting));
        await agent.PassAsync(await agent.TakeAsync());
        Assert.Contains("did not fail: it ended as passed. Retry it from the beginning", await RefusalAsync(waiting));

        var unasked = await _app.RunAsync(FakePlans.Script());
        await agent.FailAsync(await agent.TakeAsync(), keptUntil: null);
        Assert.Contains("kept no workspace: neither run_policy.keep_workspace_minutes", await RefusalAsync(unasked));

        var unkept = await _app.RunAsync(Keeping());
        await agent.FailAsync(await agent.TakeAsync(), keptUntil: null);
        Assert.Contains("was not kept: it failed before its sources were there, or its host could not keep it", await RefusalAsync(unkept));

        var (used, _) = await FailedAsync(agent);
        await RetryAsync(used, "failed_step");
        Assert.Contains("has not ended yet (queued): its attempt 2 uses the workspace of attempt 1.", await RefusalAsync(used));

        using var wrong = await SendAsync(used, """{"from": "the_middle"}""");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.StartsWith("from: ", Assert.Single(await wrong.ErrorsAsync()));
    }

    [Fact]
    public async Task A_lost_attempt_that_went_on_is_tried_again_from_the_beginning()
    {
        var (id, agent) = await FailedAsync(plan: Keeping() with { Policy = new(Retries: 2, KeepWorkspaceMinutes: 60) });
        await RetryAsync(id, "failed_step");
        var lease = await agent.TakeAsync();
        await agent.ReportAsync(lease, 0, "", new RunEvent.Begun { Seq = 1, AtMs = 0 },
            new RunEvent.Ended(RunStatus.Lost, RunReason.ExecDied, "It died.", null, 0) { Seq = 2, AtMs = 0 });

        var third = await agent.TakeAsync();

        Assert.Equal((3, 0), (third.Spec.Attempt, third.Spec.ContinuesAttempt));
    }

    private static RunPlan Keeping() => FakePlans.Script() with { Policy = new(KeepWorkspaceMinutes: 60) };

    /// <summary>A run that failed on a host, which keeps its workspace, for an hour unless it is told.</summary>
    private async Task<(long Id, FakeAgent Agent)> FailedAsync(FakeAgent? agent = null, RunPlan? plan = null, TimeSpan? keptFor = null)
    {
        agent ??= new FakeAgent(_app);
        var id = await _app.RunAsync(plan ?? Keeping());
        await agent.FailAsync(await agent.TakeAsync(), _time.GetUtcNow() + (keptFor ?? TimeSpan.FromHours(1)));
        return (id, agent);
    }

    private Task<JsonObject> RunAsync(long id, int? attempt = null) =>
        GetAsync($"/openapi/runs/{id}{(attempt is null ? "" : $"?attempt={attempt}")}");

    private async Task<string> WhyAsync(long id, string reason)
    {
        var why = await GetAsync($"/openapi/runs/{id}/why");
        Assert.Equal(reason, (string?)why["reason"]);
        return (string)why["message"]!;
    }

    private async Task<JsonObject> GetAsync(string path) => JsonNode.Parse(await _app.Admin.GetStringAsync(path))!.AsObject();

    private async Task<(HttpStatusCode Code, int Attempt)> RetryAsync(long id, string from)
    {
        using var answer = await SendAsync(id, $$"""{"from": "{{from}}"}""");
        return (answer.StatusCode, (int?)(await answer.JsonAsync())["attempt"] ?? 0);
    }

    private async Task<string> RefusalAsync(long id)
    {
        using var answer = await SendAsync(id, """{"from": "failed_step"}""");
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        return (string)(await answer.JsonAsync())["description"]!;
    }

    private Task<HttpResponseMessage> SendAsync(long id, string body) =>
        _app.Admin.SendJsonAsync(HttpMethod.Post, $"/openapi/runs/{id}/retry", body);
}
