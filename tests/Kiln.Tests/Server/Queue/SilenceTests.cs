using Kiln.Contracts.Runs;
using Kiln.Server.Queue;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Queue;

public class SilenceTests : IAsyncLifetime
{
    private WallTime _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync(_time, await StoreAsync());

    /// <summary>Settings that choose the database.</summary>
    protected virtual Task<Func<KilnOptions, KilnOptions>> StoreAsync() =>
        Task.FromResult<Func<KilnOptions, KilnOptions>>(static options => options);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_silent_host_is_unreachable_then_its_run_is_lost_and_a_returning_runner_still_ends_it_truly()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_app);
        var lease = await agent.TakeAsync();
        await agent.ReportAsync(lease, 0, "abc", FakeAgent.Passed(6)[..2]);
        Assert.Equal(("running", ""), await StandAfterAsync(id, TimeSpan.FromSeconds(29)));
        Assert.Equal(("running", RunReason.HostUnreachable), await StandAfterAsync(id, TimeSpan.FromSeconds(1)));
        Assert.Equal(("lost", RunReason.HostLost), await StandAfterAsync(id, TimeSpan.FromMinutes(10)));
        var known = await _app.Admin.GetStringAsync($"/openapi/runs/{id}/log");
        Assert.StartsWith("abc\e[2m[kiln]\e[0m The log is known up to here. Host host-1", known, StringComparison.Ordinal);
        Assert.True((await agent.ReportAsync(lease, 3, "def", FakeAgent.Passed(6)[2..])).Ended);
        Assert.Equal(("passed", ""), await StandAfterAsync(id, TimeSpan.Zero));
        Assert.Equal("abcdef", await _app.Admin.GetStringAsync($"/openapi/runs/{id}/log"));
    }

    [Fact]
    public async Task A_poll_that_names_a_lost_run_makes_it_run_again()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_app, capacity: 1);
        var lease = await agent.TakeAsync();
        await agent.ReportAsync(lease, 0, "", FakeAgent.Passed(0)[..2]);
        Assert.Equal("lost", (await StandAfterAsync(id, TimeSpan.FromMinutes(11))).Status);
        await _app.RunAsync(FakePlans.Script());
        var poll = agent.PollAsync(); // held: its only place is taken again
        Assert.Equal(("running", ""), await UntilAsync(id, "running"));
        await agent.PassAsync(lease, "");
        Assert.Single((await poll).Start);
    }

    [Fact]
    public async Task A_restarted_server_gives_every_host_a_full_period()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var lease = await new FakeAgent(_app).TakeAsync();
        await new FakeAgent(_app).ReportAsync(lease, 0, "", FakeAgent.Passed(0)[..2]);
        _time = new WallTime(_time.GetUtcNow().AddHours(1));
        _app = await _app.RestartAsync(_time);
        Assert.Equal("running", (await StandAfterAsync(id, TimeSpan.FromSeconds(29))).Status);
        Assert.Equal(("running", RunReason.HostUnreachable), await StandAfterAsync(id, TimeSpan.FromSeconds(31)));
        Assert.Equal(("lost", RunReason.HostLost), await StandAfterAsync(id, TimeSpan.FromMinutes(10)));
    }

    [Fact]
    public async Task A_run_that_ended_while_the_server_was_away_for_longer_is_not_lost_and_ends_once()
    {
        var id = await _app.RunAsync(FakePlans.Script() with { Policy = new(Retries: 2) });
        var lease = await new FakeAgent(_app).TakeAsync();
        await new FakeAgent(_app).ReportAsync(lease, 0, "abc", FakeAgent.Passed(6)[..2]);
        _time = new WallTime(_time.GetUtcNow().AddHours(1));
        _app = await _app.RestartAsync(_time);
        Assert.Equal(("running", ""), await StandAfterAsync(id, TimeSpan.FromSeconds(5)));
        var agent = new FakeAgent(_app);
        agent.Holding.Add(lease.Key);

        Assert.DoesNotContain((await agent.AnnounceAsync()).Stop, stop => stop.Key == lease.Key);
        // The first answer got lost on its way.
        Assert.True((await agent.ReportAsync(lease, 3, "def", FakeAgent.Passed(6)[2..])).Ended);
        Assert.True((await agent.ReportAsync(lease, 3, "def", FakeAgent.Passed(6)[2..])).Ended);

        agent.Holding.Clear();
        Assert.Equal(("passed", ""), await StandAfterAsync(id, TimeSpan.FromMinutes(11)));
        Assert.Empty((await agent.AnnounceAsync()).Start);
        Assert.Equal("abcdef", await _app.Admin.GetStringAsync($"/openapi/runs/{id}/log"));
        var attempts = await (await _app.Admin.GetAsync($"/openapi/runs/{id}/attempts")).JsonAsync();
        Assert.Single(attempts["attempts"]!.AsArray());
    }

    [Fact]
    public async Task A_run_that_no_host_takes_ends_by_its_waiting_time()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        Assert.Equal(("queued", RunReason.NoHost), await StandAfterAsync(id, TimeSpan.FromHours(23)));
        Assert.Equal(("timeout", RunReason.QueueTimeout), await StandAfterAsync(id, TimeSpan.FromHours(2)));
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_makes_no_run_wait_longer()
    {
        var before = await _app.RunAsync(FakePlans.Script());
        await StandAfterAsync(before, TimeSpan.FromHours(1));
        _time.SetBy = TimeSpan.FromDays(20_000);
        Assert.Equal("queued", (await StandAfterAsync(before, TimeSpan.FromSeconds(5))).Status);
        var behind = await _app.RunAsync(FakePlans.Script());

        Assert.Equal("queued", (await StandAfterAsync(before, TimeSpan.FromHours(22))).Status);
        Assert.Equal("timeout", (await StandAfterAsync(before, TimeSpan.FromHours(1))).Status);
        Assert.Equal("queued", (await StandAsync(behind)).Status);
        Assert.Equal("timeout", (await StandAfterAsync(behind, TimeSpan.FromHours(1))).Status);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_ends_nothing()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_app);
        var lease = await agent.TakeAsync();
        await agent.ReportAsync(lease, 0, "", FakeAgent.Passed(0)[..2]);
        var waiting = await _app.RunAsync(FakePlans.Script() with { HostLabels = ["nowhere"] });
        _time.SetBy = TimeSpan.FromDays(-10);

        Assert.Equal("running", (await StandAfterAsync(id, TimeSpan.FromSeconds(29))).Status);
        Assert.Equal("queued", (await StandAsync(waiting)).Status);
        await agent.ReportAsync(lease, 0, "", FakeAgent.Passed(0)[2..]);
        Assert.Equal("passed", (await StandAsync(id)).Status);
        var run = await (await _app.Admin.GetAsync($"/openapi/runs/{id}")).JsonAsync();
        Assert.True((long)run["duration_ms"]! >= 0);
    }

    private async Task<(string Status, string Reason)> StandAfterAsync(long id, TimeSpan silence)
    {
        _time.Advance(silence);
        await _app.Get<SilenceWatch>().LookAsync(default);
        return await StandAsync(id);
    }

    private async Task<(string Status, string Reason)> StandAsync(long id)
    {
        var run = await (await _app.Admin.GetAsync($"/openapi/runs/{id}")).JsonAsync();
        return ((string)run["status"]!, (string)run["reason"]!);
    }

    private async Task<(string Status, string Reason)> UntilAsync(long id, string status)
    {
        using var changes = _app.Get<Kiln.Server.Runs.RunSignals>().Follow(id);
        while (true)
        {
            var next = changes.Next;
            var stand = await StandAsync(id);
            if (stand.Status == status)
            {
                return stand;
            }
            await next;
        }
    }
}
