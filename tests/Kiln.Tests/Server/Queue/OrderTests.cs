using Kiln.Contracts.Plans;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Queue;

public class OrderTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync(await StoreAsync());

    /// <summary>Settings that choose the database.</summary>
    protected virtual Task<Func<KilnOptions, KilnOptions>> StoreAsync() =>
        Task.FromResult<Func<KilnOptions, KilnOptions>>(static options => options);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Higher_priority_goes_first_and_equals_in_the_order_they_came()
    {
        var low = await RunAsync("a", priority: 0);
        var second = await RunAsync("a", priority: 5);
        var third = await RunAsync("a", priority: 5);
        Assert.Equal([second, third, low], await TakenAsync(3));
    }

    [Fact]
    public async Task A_project_that_asks_for_little_does_not_wait_behind_one_that_asks_for_much()
    {
        var many = new List<long>();
        for (var i = 0; i < 6; i++)
        {
            many.Add(await RunAsync("greedy", priority: 0));
        }
        var first = await RunAsync("modest", priority: 0);
        var second = await RunAsync("modest", priority: 0);
        Assert.Equal([many[0], first, many[1], second, many[2], many[3]], await TakenAsync(6));
    }

    [Fact]
    public async Task A_host_gets_only_what_its_labels_and_shells_fit()
    {
        await _app.RunAsync(FakePlans.Script() with { HostLabels = ["gpu"] });
        await _app.RunAsync(FakePlans.Script() with { Steps = [new PlannedStep.Script("powershell", "")] });
        var plain = await RunAsync("a", priority: 0);
        Assert.Equal(plain, (await new FakeAgent(_app, "plain").TakeAsync()).Key.RunId);
        var gpu = new FakeAgent(_app, "gpu");
        gpu.Info = gpu.Info with { Labels = ["big", "gpu"], Shells = ["shell", "powershell"] };
        Assert.Equal(2, (await gpu.PollAsync()).Start.Count);
    }

    [Fact]
    public async Task A_draining_host_gets_nothing()
    {
        var id = await RunAsync("a", priority: 0);
        var agent = new FakeAgent(_app, "draining");
        agent.Info = agent.Info with { Draining = true };
        var poll = agent.PollAsync();
        Assert.Equal(id, (await new FakeAgent(_app, "other").TakeAsync()).Key.RunId);
        Assert.False(poll.IsCompletedSuccessfully && (await poll).Start.Count > 0);
    }

    private Task<long> RunAsync(string project, int priority) => _app.RunAsync(FakePlans.Script(project), priority);

    // One place only: every lease is a decision of its own.
    private async Task<List<long>> TakenAsync(int count)
    {
        var agent = new FakeAgent(_app, capacity: 1);
        var taken = new List<long>();
        for (var i = 0; i < count; i++)
        {
            var lease = await agent.TakeAsync();
            taken.Add(lease.Key.RunId);
            await agent.PassAsync(lease);
        }
        return taken;
    }
}
