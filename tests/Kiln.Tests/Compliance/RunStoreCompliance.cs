using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Planning;
using Kiln.Server.Queue;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Runs;
using Kiln.Server.Storage;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Compliance;

/// <summary>What runs, queue and leases may rely on, on every database.</summary>
public abstract class RunStoreCompliance : IAsyncLifetime
{
    private static readonly AgentInfo Agent = new("a", "a", "1", 1, "linux", "x64", [], 100, ["shell"], Draining: false);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(5_000));
    private Database _database = null!;
    private RunStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await OpenAsync();
        _store = new RunStore(_database, new RunSignals(), new QueueBells(), _time);
        await SaveAsync(Agent);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await CleanUpAsync();
    }

    [Fact]
    public async Task A_stored_run_is_read_as_it_was_planned()
    {
        var id = await CreateAsync();
        var run = (await _store.GetAsync(id, default))!;
        Assert.Equal(("你好", 1, 5_000, "me"), (run.Plan.Variables[0].Value, run.Attempt, run.CreatedAt, run.CreatedBy));
        Assert.Equal(RunStatus.Queued, run.State.Status);
        Assert.Null(await _store.GetAsync(id, 2, default));
        Assert.Null(await _store.GetAsync(id + 1, default));
    }

    [Fact]
    public async Task Leases_at_once_never_take_the_same_run_and_every_fence_is_new()
    {
        var ids = new List<long>();
        for (var i = 0; i < 40; i++)
        {
            ids.Add(await CreateAsync());
        }
        var agents = Enumerable.Range(0, 8).Select(i => Agent with { AgentId = $"a{i}" }).ToList();
        foreach (var agent in agents)
        {
            await SaveAsync(agent);
        }
        var leases = await Task.WhenAll(agents.Select(agent => LeaseAsync(agent.AgentId, 7)));
        Assert.Equal(ids, leases.SelectMany(keys => keys).Select(key => key.RunId).Order());
        Assert.All(leases.SelectMany(keys => keys), key => Assert.Equal(1, key.Fence));
    }

    [Fact]
    public async Task A_fence_grows_with_every_attempt()
    {
        var id = await CreateAsync();
        var first = Assert.Single(await LeaseAsync("a", 1));
        await EndAsync(first);
        Assert.Equal(2, Assert.IsType<RunOrder.Accepted>(await _store.RetryAsync(id, "me", fromFailedStep: false, default)).Attempt);
        var second = Assert.Single(await LeaseAsync("a", 1));
        Assert.Equal(new LeaseKey(id, 2, first.Fence + 1), second);
        Assert.Null(await ReportAsync(first));
        Assert.NotNull(await ReportAsync(second));
    }

    [Fact]
    public async Task A_run_that_waits_for_commits_is_not_leased()
    {
        await CreateAsync(FakePlans.Checkout("https://git.example/org/repo"));
        Assert.Empty(await LeaseAsync("a", 1));
    }

    [Fact]
    public async Task An_idempotency_key_is_forgotten_after_a_day()
    {
        var key = new Idempotency("s", "k", "h");
        await CreateAsync(idempotency: key);
        _time.Advance(TimeSpan.FromHours(23));
        Assert.IsType<RunCreation.Repeated>(await _store.CreateAsync(await NewAsync(FakePlans.Script()), key, default));
        _time.Advance(TimeSpan.FromHours(2));
        Assert.IsType<RunCreation.Created>(await _store.CreateAsync(await NewAsync(FakePlans.Script()), key, default));
    }

    [Fact]
    public async Task Pages_of_runs_follow_each_other_without_gap_or_repetition()
    {
        for (var i = 0; i < 7; i++)
        {
            await CreateAsync(FakePlans.Script(project: i == 3 ? "other" : "demo"));
        }
        var seen = new List<long>();
        for (var page = 1; page <= 3; page++)
        {
            var runs = await _store.ListAsync(new RunQuery(page, 3, ProjectKey: "demo"), default);
            Assert.Equal(6, runs.Total);
            seen.AddRange(runs.Runs.Select(run => run.RunId));
        }
        Assert.Equal(seen.Distinct().OrderDescending(), seen);
        Assert.Equal(6, seen.Count);
    }

    protected abstract Task<Database> OpenAsync();

    protected abstract ValueTask CleanUpAsync();

    private async Task<NewRun> NewAsync(RunPlan plan) => new(
        await _store.AllocateIdAsync(default), plan, new Dictionary<string, string>(), [], 0, "me");

    private async Task<long> CreateAsync(RunPlan? plan = null, Idempotency? idempotency = null) =>
        Assert.IsType<RunCreation.Created>(
            await _store.CreateAsync(await NewAsync(plan ?? FakePlans.Script()), idempotency, default)).RunId;

    private Task<bool> SaveAsync(AgentInfo agent) =>
        _database.WriteAsync(session => HostSql.SaveAsync(session, agent, now: 0), default);

    private Task<List<LeaseKey>> LeaseAsync(string agentId, int limit) => _database.WriteAsync(
        async session =>
        {
            var keys = (await QueueSql.LeaseAsync(session, agentId, limit)).ConvertAll(lease => lease.Key);
            foreach (var key in keys)
            {
                await LeaseSql.HandOverAsync(session, key, Agent with { AgentId = agentId });
            }
            return keys;
        },
        default);

    private Task<AttemptRow?> EndAsync(LeaseKey key) => new ReportStore(_database, new RunSignals(), new QueueBells(), _time).TakeAsync(key, FakeAgent.Passed(0), default);

    private Task<AttemptRow?> ReportAsync(LeaseKey key) => new ReportStore(_database, new RunSignals(), new QueueBells(), _time).TakeAsync(key, [], default);
}
