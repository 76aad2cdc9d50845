using System.Security.Cryptography;
using Kiln.Tests.Compliance;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Storage;

/// <summary>Two servers on one PostgreSQL are one service.</summary>
public sealed class TwoServersTests(SharedPostgres postgres) : IAsyncLifetime
{
    private KilnApp _first = null!;
    private KilnApp _second = null!;

    public async ValueTask InitializeAsync()
    {
        var store = await postgres.StoreAsync();
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        _first = await KilnApp.StartAsync(options => store(options) with { MasterKey = key });
        _second = await KilnApp.StartAsync(options => store(options) with { MasterKey = key });
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task A_poll_held_by_one_is_answered_with_the_run_that_the_other_takes_in()
    {
        var poll = (await FakeAgent.KnownAsync(_first)).PollAsync();
        var id = await _second.RunAsync(FakePlans.Script());
        Assert.Equal(id, Assert.Single((await poll).Start).Key.RunId);
    }

    [Fact]
    public async Task A_log_followed_at_one_brings_what_is_reported_to_the_other()
    {
        var id = await _first.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_first);
        var lease = await agent.TakeAsync();
        var follower = _second.Admin.GetStringAsync($"/openapi/runs/{id}/log?follow=true");
        await agent.ReportAsync(lease, 0, "one\n", FakeAgent.Passed(8)[..2]);
        await agent.ReportAsync(lease, 4, "two\n", FakeAgent.Passed(8)[2..]);
        Assert.Equal("one\ntwo\n", await follower);
    }

    [Fact]
    public async Task A_run_cancelled_at_one_is_stopped_by_the_agent_that_polls_the_other()
    {
        var id = await _first.RunAsync(FakePlans.Script());
        var agent = new FakeAgent(_first, capacity: 1);
        var lease = await agent.TakeAsync();
        await agent.ReportAsync(lease, 0, "", FakeAgent.Passed(0)[..2]);
        var poll = agent.PollAsync();
        (await _second.Admin.PostAsync($"/openapi/runs/{id}/cancel", null)).EnsureSuccessStatusCode();
        Assert.Equal(lease.Key, Assert.Single((await poll).Stop).Key);
    }

    [Fact]
    public async Task Agents_that_poll_both_at_once_never_get_one_run_twice()
    {
        var agents = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(i => FakeAgent.KnownAsync(i % 2 == 0 ? _first : _second, $"agent-{i}", capacity: 5)));
        var polls = agents.Select(agent => agent.PollAsync()).ToList();
        var ids = new List<long>();
        for (var i = 0; i < 40; i++)
        {
            ids.Add(await (i % 3 == 0 ? _first : _second).RunAsync(FakePlans.Script()));
        }
        var taken = (await Task.WhenAll(polls)).SelectMany(reply => reply.Start).Select(lease => lease.Key.RunId).ToList();
        Assert.NotEmpty(taken);
        Assert.Equal(taken.Distinct(), taken);
        Assert.Subset(ids.ToHashSet(), taken.ToHashSet());
    }

    [Fact]
    public async Task A_host_that_polls_one_is_not_silent_for_the_other()
    {
        await _first.RunAsync(FakePlans.Script());
        await new FakeAgent(_first).TakeAsync();
        await _second.Get<Kiln.Server.Queue.SilenceWatch>().LookAsync(default);
        var hosts = await (await _second.Admin.GetAsync("/openapi/system/hosts")).JsonAsync();
        Assert.Equal("online", (string?)hosts["hosts"]![0]!["status"]);
    }
}
