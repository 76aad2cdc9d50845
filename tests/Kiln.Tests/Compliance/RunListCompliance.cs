using Kiln.Contracts.Runs;
using Kiln.Server.Planning;
using Kiln.Server.Queue;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiln.Tests.Compliance;

/// <summary>Long lists: every page and total is what counting each run would give, whatever happened since it was counted ahead.</summary>
public abstract class RunListCompliance : IAsyncLifetime
{
    private const int Runs = 4_000;
    private static readonly string[] Statuses = ["passed", "failed", "queued"];

    private readonly Random _random = new(5);
    private readonly SortedDictionary<long, (string Project, string Build, string Service, string Status)> _all = [];
    private Database _database = null!;
    private RunStore _store = null!;
    private RunAnchors _anchors = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await OpenAsync();
        _store = new RunStore(_database, new RunSignals(), new QueueBells(), TimeProvider.System);
        _anchors = new RunAnchors(_database, NullLogger<RunAnchors>.Instance);
        await FillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _anchors.Dispose();
        await _database.DisposeAsync();
        await CleanUpAsync();
    }

    [Fact]
    public async Task Pages_and_totals_are_right_before_anchors_with_them_and_after_runs_came_ended_and_were_retried()
    {
        var filters = (RunFilter[])[
            new("", "", "", ""), new("one", "", "", ""), new("one", "b1", "", ""), new("", "", "s2", ""), new("", "", "", "passed"),
            new("one", "", "", "failed"), new("one", "b1", "", "passed"), new("", "", "s2", "passed"), new("", "", "", "queued"),
            new("two", "b2", "s1", "failed"), new("none", "", "", "")];
        await AllAreRightAsync(filters);
        foreach (var filter in filters)
        {
            await _anchors.SetAsync(filter, default);
        }
        Assert.NotEqual(0, await _database.ReadAsync(session => session.NumberAsync("select count(*) from run_anchors"), default));
        await AllAreRightAsync(filters);

        // Old runs change: retried, ended otherwise; one comes in late with a small number; new ones are added.
        foreach (var id in _all.Keys.Where(static id => id % 97 == 0).ToList())
        {
            await ChangeAsync(id);
        }
        await AddAsync(500_000);
        _all[7] = ("one", "b1", "s2", "queued");
        await AddAsync(7);
        await AllAreRightAsync(filters);
    }

    [Fact]
    public async Task A_caller_of_several_projects_sees_theirs_and_one_of_none_sees_nothing()
    {
        await _anchors.SetAsync(new RunFilter("one", "", "", ""), default);
        var both = await _store.ListAsync(new RunQuery(1, 20) { Projects = ["one", "three"] }, default);
        Assert.Equal(_all.Values.Count(run => run.Project is "one" or "three"), both.Total);
        Assert.Equal(
            _all.Where(run => run.Value.Project is "one" or "three").Select(run => run.Key).OrderDescending().Take(20),
            both.Runs.Select(run => run.RunId));
        Assert.Equal(0, (await _store.ListAsync(new RunQuery(1, 20) { Projects = [] }, default)).Total);
        Assert.Equal(0, (await _store.ListAsync(new RunQuery(1, 20, "two") { Projects = ["one"] }, default)).Total);
    }

    [Fact]
    public async Task A_list_that_has_grown_asks_to_be_counted_and_one_that_was_does_not()
    {
        var query = new RunQuery(1, 20);
        var filter = Assert.Single((await _store.ListAsync(query, default)).Grown);
        await _anchors.SetAsync(filter, default);
        Assert.Empty((await _store.ListAsync(query, default)).Grown);
        Assert.Empty((await _store.ListAsync(query with { Status = "queued" }, default)).Grown);
    }

    protected abstract Task<Database> OpenAsync();

    protected abstract ValueTask CleanUpAsync();

    private static RunRow Row(long id, string project, string build, string service)
    {
        var plan = FakePlans.Script(project, build) with { ServiceName = service };
        return new RunRow(
            new NewRun(id, plan, new Dictionary<string, string>(), [], 0, "me"), RunsJson.Write(plan), "{}", "[]", Now: 1);
    }

    private async Task FillAsync()
    {
        var ids = Enumerable.Range(1, Runs).Select(i => (long)(i * 10)).ToList();
        foreach (var chunk in ids.Chunk(1000))
        {
            await _database.WriteAsync(
                async session =>
                {
                    foreach (var id in chunk)
                    {
                        await AddAsync(session, id);
                    }
                    return true;
                },
                default);
        }
    }

    private Task<bool> AddAsync(long id) => _database.WriteAsync(
        async session =>
        {
            await AddAsync(session, id);
            return true;
        },
        default);

    private async ValueTask AddAsync(SqlSession session, long id)
    {
        if (!_all.TryGetValue(id, out var run))
        {
            run = _all[id] = (
                _random.Next(10) < 7 ? "one" : "two", $"b{_random.Next(1, 3)}", $"s{_random.Next(1, 3)}", Statuses[_random.Next(10) < 8 ? 0 : _random.Next(3)]);
        }
        await RunSql.InsertAsync(session, Row(id, run.Project, run.Build, run.Service));
        var waits = State(RunStatus.Queued);
        await RunSql.InsertAttemptAsync(session, id, 1, RunsJson.Write(waits));
        if (run.Status != "queued")
        {
            await RunSql.SaveAsync(session, id, 1, waits, State(Words.Status(run.Status)));
        }
    }

    // An ended run is retried; a waiting one ends, or is given up and then passes after all.
    private async Task ChangeAsync(long id)
    {
        var run = _all[id];
        if (run.Status == "queued")
        {
            await SaveAsync(id, RunStatus.Queued, RunStatus.Lost);
            await SaveAsync(id, RunStatus.Lost, RunStatus.Failed);
            _all[id] = run with { Status = "failed" };
            return;
        }
        Assert.IsType<RunOrder.Accepted>(await _store.RetryAsync(id, "me", fromFailedStep: false, default));
        _all[id] = run with { Status = "queued" };
    }

    private Task<bool> SaveAsync(long id, RunStatus before, RunStatus after) => _database.WriteAsync(
        async session =>
        {
            await RunSql.SaveAsync(session, id, 1, State(before), State(after));
            return true;
        },
        default);

    private static AttemptState State(RunStatus status) => AttemptState.New(FakePlans.Script(), isResolving: false, nowMs: 1) with { Status = status };

    private async Task AllAreRightAsync(IReadOnlyList<RunFilter> filters)
    {
        foreach (var filter in filters)
        {
            var expected = _all.Where(run => Is(filter.ProjectKey, run.Value.Project) && Is(filter.BuildName, run.Value.Build)
                && Is(filter.ServiceName, run.Value.Service) && Is(filter.Status, run.Value.Status)).Select(run => run.Key).OrderDescending().ToList();
            foreach (var pageSize in (int[])[20, 333])
            {
                var pages = (expected.Count + pageSize - 1) / pageSize;
                foreach (var page in (int[])[1, 2, Math.Max(1, pages / 2), Math.Max(1, pages - 1), Math.Max(1, pages), pages + 1])
                {
                    var read = await _store.ListAsync(
                        new RunQuery(page, pageSize, filter.ProjectKey, filter.BuildName, filter.ServiceName, filter.Status), default);
                    Assert.Equal(expected.Count, read.Total);
                    Assert.Equal(expected.Skip((page - 1) * pageSize).Take(pageSize), read.Runs.Select(run => run.RunId));
                }
            }
        }

        static bool Is(string wanted, string value) => wanted.Length == 0 || wanted == value;
    }
}
