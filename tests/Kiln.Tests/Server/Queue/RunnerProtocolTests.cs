using System.Net;
using Kiln.Contracts.Runs;
using Kiln.Contracts.Protocol;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Server.Queue;

public class RunnerProtocolTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync(_time, await StoreAsync());

    /// <summary>Settings that choose the database.</summary>
    protected virtual Task<Func<KilnOptions, KilnOptions>> StoreAsync() =>
        Task.FromResult<Func<KilnOptions, KilnOptions>>(static options => options);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_run_goes_from_the_queue_to_an_agent_and_its_report_is_what_the_API_shows()
    {
        var id = await _app.RunAsync(FakePlans.Script(), secrets: ("param/TOKEN", "s3cret"));
        var agent = new FakeAgent(_app);
        var lease = await agent.TakeAsync();
        Assert.Equal((id, 1, "s3cret"), (lease.Spec.RunId, lease.Spec.Attempt, lease.Spec.Secrets["param/TOKEN"]));
        Assert.Equal("你好", lease.Spec.Plan.Variables[0].Value);
        Assert.True((await agent.PassAsync(lease, "hello\n")).Ended);

        var run = await (await _app.Admin.GetAsync($"/openapi/runs/{id}")).JsonAsync();
        Assert.Equal("passed", (string?)run["status"]);
        Assert.Equal("host-1", (string?)run["host"]);
        Assert.Equal(0, (int?)run["exit_code"]);
        Assert.Equal("passed", (string?)run["steps"]![0]!["status"]);
        Assert.Equal("img:1", (string?)run["outputs"]![0]!["value"]);
        var log = await _app.Admin.GetAsync($"/openapi/runs/{id}/log");
        Assert.Equal("hello\n", await log.Content.ReadAsStringAsync());
        Assert.Equal("true", Assert.Single(log.Headers.GetValues("X-Log-Complete")));
    }

    [Fact]
    public async Task A_held_poll_is_answered_as_soon_as_a_run_is_there()
    {
        var poll = (await FakeAgent.KnownAsync(_app)).PollAsync();
        var id = await _app.RunAsync(FakePlans.Script());
        Assert.Equal(id, Assert.Single((await poll).Start).Key.RunId);
    }

    [Fact]
    public async Task A_new_poll_of_the_same_agent_answers_its_older_one_with_nothing()
    {
        var agent = new FakeAgent(_app);
        var older = agent.PollAsync();
        while (!older.IsCompleted)
        {
            // Either of the two may reach the server first; the one that comes second supersedes the other.
            var newer = agent.PollAsync();
            await Task.WhenAny(older, newer);
            older = older.IsCompleted ? older : newer;
        }
        Assert.Empty((await older).Start);
    }

    [Fact]
    public async Task An_agent_gets_no_more_than_it_has_room_for_and_an_ended_run_frees_a_place_without_a_new_poll()
    {
        var agent = new FakeAgent(_app, capacity: 2);
        var ids = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await _app.RunAsync(FakePlans.Script()));
        }
        var first = (await agent.PollAsync()).Start;
        Assert.Equal(ids[..2], first.Select(lease => lease.Key.RunId).Order());
        var held = agent.PollAsync();
        await agent.PassAsync(first[0]);
        Assert.Equal(ids[2], Assert.Single((await held).Start).Key.RunId);
    }

    [Fact]
    public async Task Many_agents_that_poll_at_once_never_get_the_same_run()
    {
        var ids = new List<long>();
        for (var i = 0; i < 60; i++)
        {
            ids.Add(await _app.RunAsync(FakePlans.Script(project: $"p{i % 3}")));
        }
        var agents = Enumerable.Range(0, 10).Select(i => new FakeAgent(_app, $"host-{i}", capacity: 6)).ToList();
        var replies = await Task.WhenAll(agents.Select(agent => agent.PollAsync()));
        Assert.Equal(ids, replies.SelectMany(reply => reply.Start).Select(lease => lease.Key.RunId).Order());
    }

    [Fact]
    public async Task A_lease_whose_answer_got_lost_is_handed_out_again_under_the_same_fence()
    {
        await _app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_app);
        var lost = await agent.TakeAsync();
        agent.Holding.Clear();
        var again = await agent.TakeAsync();
        Assert.Equal((lost.Key, lost.Token), (again.Key, again.Token));
    }

    [Fact]
    public async Task A_lease_that_a_restarted_machine_does_not_know_of_is_lost_and_never_given_out_again()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var before = new FakeAgent(_app);
        before.Info = before.Info with { BootId = "before" };
        Assert.Equal(id, (await before.TakeAsync()).Key.RunId);
        _app = await _app.RestartAsync(_time);
        var next = await _app.RunAsync(FakePlans.Script());

        var behind = new FakeAgent(_app) { Info = before.Info with { BootId = "behind" } };
        Assert.Equal(next, (await behind.TakeAsync()).Key.RunId);
        var run = await (await _app.Admin.GetAsync($"/openapi/runs/{id}")).JsonAsync();
        Assert.Equal(("lost", RunReason.HostLostRun), ((string)run["status"]!, (string)run["reason"]!));
        Assert.Equal("Host host-1 was restarted while the run was on it. Retry the run.", (string)run["message"]!);
    }

    [Fact]
    public async Task A_run_that_was_reported_and_that_its_agent_does_not_know_is_lost()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_app);
        var lease = await agent.TakeAsync();
        await agent.ReportAsync(lease, 0, "", new RunEvent.Begun { Seq = 1, AtMs = 0 });
        agent.Holding.Clear();
        var next = await _app.RunAsync(FakePlans.Script());
        Assert.Equal(next, (await agent.TakeAsync()).Key.RunId);
        Assert.Equal(("lost", RunReason.HostLostRun), await StandAsync(id));
    }

    [Fact]
    public async Task Reports_may_be_repeated_and_overlap_and_the_log_is_exact_to_the_byte()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_app);
        var lease = await agent.TakeAsync();
        RunEvent begun = new RunEvent.Begun { Seq = 1, AtMs = 0 };
        await agent.ReportAsync(lease, 0, "abc", begun);
        Assert.Equal((1, 5), Tuple(await agent.ReportAsync(lease, 1, "bcde", begun)));
        Assert.Equal((1, 5), Tuple(await agent.ReportAsync(lease, 9, "beyond")));
        Assert.Equal((1, 5), Tuple(await agent.ReportAsync(lease, 0, "ab")));
        var early = await agent.ReportAsync(lease, 5, "", FakeAgent.Passed(logEnd: 6));
        Assert.Equal((4, 5, false), (early.Seq, early.LogLength, early.Ended));
        var final = await agent.ReportAsync(lease, 5, "f", FakeAgent.Passed(logEnd: 6));
        Assert.Equal((5, 6, true), (final.Seq, final.LogLength, final.Ended));
        Assert.True((await agent.ReportAsync(lease, 5, "f", FakeAgent.Passed(logEnd: 6))).Ended);
        Assert.Equal("abcdef", await _app.Admin.GetStringAsync($"/openapi/runs/{id}/log"));
    }

    [Fact]
    public async Task A_stale_fence_is_answered_409_everywhere_and_changes_nothing()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_app);
        var old = await agent.TakeAsync();
        await agent.ReportAsync(old, 0, "old", new RunEvent.Begun { Seq = 1, AtMs = 0 });
        agent.Holding.Clear();
        var held = agent.PollAsync(); // loses the run
        await WaitForAsync(id, "lost");
        (await _app.Admin.PostAsync($"/openapi/runs/{id}/retry", content: null)).EnsureSuccessStatusCode();
        var fresh = Assert.Single((await held).Start);
        Assert.Equal(2, fresh.Key.Attempt);
        Assert.True(fresh.Key.Fence > old.Key.Fence);

        using var report = await agent.SendAsync(old.Key, old.Token, 3, "more"u8.ToArray(), FakeAgent.Passed(7)[1..]);
        Assert.Equal(HttpStatusCode.Conflict, report.StatusCode);
        using var spec = await agent.SpecAsync(old.Key);
        Assert.Equal(HttpStatusCode.Conflict, spec.StatusCode);
        agent.Holding.Add(old.Key);
        Assert.Contains((await agent.PollAsync()).Stop, stop => stop.Key == old.Key && stop.Cause == "stale");
        Assert.Equal("old", await _app.Admin.GetStringAsync($"/openapi/runs/{id}/log?attempt=1&limit=9"));
    }

    [Fact]
    public async Task A_report_without_the_token_of_its_lease_is_refused()
    {
        await _app.RunAsync(FakePlans.Script());
        var other = await _app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_app);
        var leases = (await agent.PollAsync()).Start;
        using var refused = await agent.SendAsync(leases[0].Key, leases[1].Token, 0, default);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var nonsense = await agent.SendAsync(leases[0].Key, "not base64 ~", 0, default);
        Assert.Equal(HttpStatusCode.Unauthorized, nonsense.StatusCode);
        Assert.Equal("queued", (await StandAsync(other)).Status);
    }

    [Fact]
    public async Task A_cancel_reaches_a_held_poll_once_and_every_report_until_the_run_has_ended()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_app);
        var lease = await agent.TakeAsync();
        var held = agent.PollAsync();
        (await _app.Admin.PostAsync($"/openapi/runs/{id}/cancel", content: null)).EnsureSuccessStatusCode();
        var stop = Assert.Single((await held).Stop);
        Assert.Equal((lease.Key, "cancelled", "Cancelled by admin."), (stop.Key, stop.Cause, stop.Message));

        var quiet = agent.PollAsync();
        Assert.Equal("cancelled", (await agent.ReportAsync(lease, 0, "", new RunEvent.Begun { Seq = 1, AtMs = 0 })).Stop!.Cause);
        Assert.False(quiet.IsCompleted);
        var ended = new RunEvent.Ended(RunStatus.Cancelled, RunReason.CancelledByUser, "Cancelled by admin.", 143, 0) { Seq = 2, AtMs = 0 };
        Assert.True((await agent.ReportAsync(lease, 0, "", ended)).Ended);
        Assert.Equal(("cancelled", RunReason.CancelledByUser), await StandAsync(id));
    }

    [Fact]
    public async Task An_agent_that_adopts_a_run_gets_the_same_lease_again()
    {
        await _app.RunAsync(FakePlans.Script(), secrets: ("param/TOKEN", "s3cret"));
        var agent = new FakeAgent(_app);
        var lease = await agent.TakeAsync();
        await agent.ReportAsync(lease, 0, "", new RunEvent.Begun { Seq = 1, AtMs = 0 });
        using var response = await agent.SpecAsync(lease.Key);
        var spec = await response.JsonAsync();
        Assert.Equal(lease.Token, (string?)spec["token"]);
        Assert.Equal("s3cret", (string?)spec["spec"]!["secrets"]!["param/TOKEN"]);
    }

    [Fact]
    public async Task After_a_restart_of_the_server_leases_reports_and_logs_go_on()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var lease = await new FakeAgent(_app).TakeAsync();
        await new FakeAgent(_app).ReportAsync(lease, 0, "abc", new RunEvent.Begun { Seq = 1, AtMs = 0 });
        _app = await _app.RestartAsync(_time);
        var agent = new FakeAgent(_app);
        agent.Holding.Add(lease.Key);
        Assert.True((await agent.ReportAsync(lease, 3, "def", FakeAgent.Passed(6)[1..])).Ended);
        Assert.Equal("abcdef", await _app.Admin.GetStringAsync($"/openapi/runs/{id}/log"));
        Assert.Equal("passed", (await StandAsync(id)).Status);
        Assert.True(await _app.RunAsync(FakePlans.Script()) > id);
    }

    private static (long Seq, long LogLength) Tuple(ReportReply reply) => (reply.Seq, reply.LogLength);

    private async Task<(string Status, string Reason)> StandAsync(long id)
    {
        var run = await (await _app.Admin.GetAsync($"/openapi/runs/{id}")).JsonAsync();
        return ((string)run["status"]!, (string)run["reason"]!);
    }

    private async Task WaitForAsync(long id, string status)
    {
        using var changes = _app.Get<Kiln.Server.Runs.RunSignals>().Follow(id);
        while (true)
        {
            var next = changes.Next;
            if ((await StandAsync(id)).Status == status)
            {
                return;
            }
            await next;
        }
    }
}
