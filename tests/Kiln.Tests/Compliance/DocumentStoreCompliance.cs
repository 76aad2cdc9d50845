using Kiln.Server.Storage;
using Kiln.Server.Storage.Documents;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Compliance;

/// <summary>What definitions may rely on, on every database.</summary>
public abstract class DocumentStoreCompliance : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_000));
    private Database _database = null!;
    private DocumentStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await OpenAsync();
        _store = new DocumentStore(_database, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await CleanUpAsync();
    }

    [Fact]
    public async Task Two_clients_creating_one_name_at_once_one_wins_and_one_is_told()
    {
        var outcomes = await Task.WhenAll(CreateAsync("a"), CreateAsync("a"));
        Assert.Single(outcomes.OfType<CreateOutcome.Created>());
        Assert.Single(outcomes.OfType<CreateOutcome.NameTaken>());
        Assert.Equal(1, (await ListAsync()).Total);
    }

    [Fact]
    public async Task What_is_made_of_documents_is_made_anew_only_when_one_of_them_comes_changes_or_goes()
    {
        var other = new DocumentStore(_database, _time); // Of another server: nothing tells this one.
        var made = 0;
        var pairs = new MadeOfDocuments<string, string>(_store, static text => text.Length);
        Assert.Equal("1 nothing nothing", await PairAsync());
        Assert.Equal("1 nothing nothing", await PairAsync());

        await other.CreateAsync("build", "p", "b", "{}", "me", default);
        Assert.Equal("2 nothing 1", await PairAsync());
        Assert.Equal("2 nothing 1", await PairAsync());

        await other.UpdateAsync("build", "p", "b", null, static _ => "[]", "me", default);
        Assert.Equal("3 nothing 2", await PairAsync());

        await other.DeleteAsync("build", "p", "b", null, "me", default);
        await other.CreateAsync("build", "p", "b", "{}", "me", default);
        await other.UpdateAsync("build", "p", "b", null, static _ => "[]", "me", default);
        Assert.Equal("4 nothing 2", await PairAsync()); // The same revision, of another document.
        Assert.Equal("4 nothing 2", await PairAsync());

        Task<string> PairAsync() => pairs.OfAsync("pair", async reads => $"{++made} {await RevisionAsync(reads, "a")} {await RevisionAsync(reads, "b")}", default);

        static async ValueTask<string> RevisionAsync(DocumentReads reads, string name) =>
            await reads.FindAsync("build", "p", name) is { } document ? $"{document.Revision}" : "nothing";
    }

    [Fact]
    public async Task What_is_made_of_a_list_of_documents_is_not_kept()
    {
        var totals = new MadeOfDocuments<string, string>(_store, static text => text.Length);
        Assert.Equal("0", await TotalAsync());
        await CreateAsync("a");
        Assert.Equal("1", await TotalAsync());

        Task<string> TotalAsync() => totals.OfAsync(
            "all", static async reads => $"{(await reads.ListAsync("build", "p", new DocumentQuery(1, 10))).Total}", default);
    }

    [Fact]
    public async Task Long_lists_have_the_right_pages_and_totals_before_anchors_with_them_and_after_changes()
    {
        var names = Enumerable.Range(1, 1_700).Select(i => $"n{i * 7919 % 1_700:D5}").ToList();
        await _database.WriteAsync(
            async session =>
            {
                for (var i = 0; i < names.Count; i++)
                {
                    await DocumentSql.InsertAsync(session, new Document("build", "p", names[i], (i + 1) * 10, 1, "{}", "me", "me", 1, 1));
                }
                return true;
            },
            default);
        await AllPagesAreAsync(names);
        await DocumentAnchors.SetAsync(_database, new DocumentList("build", "p"), default);
        Assert.NotEqual(0, await _database.ReadAsync(session => session.NumberAsync("select count(*) from document_anchors"), default));
        await AllPagesAreAsync(names);

        var byId = new SortedDictionary<long, string>(names.Index().ToDictionary(item => (item.Index + 1) * 10L, item => item.Item));
        foreach (var gone in (string[])["n00003", "n00500", "n01699", names[499], names[1_000]])
        {
            var deleted = Assert.IsType<DeleteOutcome.Deleted>(await _store.DeleteAsync("build", "p", gone, null, "me", default));
            byId.Remove(deleted.Last.Id);
        }
        foreach (var name in (string[])["n00400a", "a", "z"])
        {
            byId[Assert.IsType<CreateOutcome.Created>(await CreateAsync(name)).Document.Id] = name;
        }
        await AllPagesAreAsync([.. byId.Values]);
    }

    private async Task AllPagesAreAsync(List<string> names)
    {
        var byName = names.Order(StringComparer.Ordinal).ToList();
        foreach (var (sort, expected) in (IEnumerable<(DocumentSort, IEnumerable<string>)>)[
            (DocumentSort.Created, names), (DocumentSort.CreatedDescending, names.AsEnumerable().Reverse()),
            (DocumentSort.Name, byName), (DocumentSort.NameDescending, byName.AsEnumerable().Reverse())])
        {
            foreach (var page in (int[])[1, 2, 6, 12, 13, 17, 18, 100])
            {
                var read = await _store.ListAsync("build", "p", new DocumentQuery(page, 100, sort), default);
                Assert.Equal(names.Count, read.Total);
                Assert.Equal(expected.Skip((page - 1) * 100).Take(100), read.Items.Select(item => item.Name));
            }
        }
    }

    [Fact]
    public async Task A_name_is_taken_only_within_its_kind_and_project()
    {
        await CreateAsync("a");
        Assert.IsType<CreateOutcome.Created>(await _store.CreateAsync("build", "other", "a", "{}", "me", default));
        Assert.IsType<CreateOutcome.Created>(await _store.CreateAsync("cluster", "p", "a", "{}", "me", default));
    }

    [Fact]
    public async Task An_update_keeps_who_and_when_made_it_and_grows_the_revision()
    {
        await CreateAsync("a");
        _time.Advance(TimeSpan.FromSeconds(2));
        var outcome = await _store.UpdateAsync("build", "p", "a", 1, old => old.Json + "!", "you", default);
        var document = Assert.IsType<UpdateOutcome.Updated>(outcome).Document;
        Assert.Equal(new Document("build", "p", "a", document.Id, 2, "{}!", "me", "you", 1_000, 3_000), document);
        Assert.Equal(document, await _store.GetAsync("build", "p", "a", default));
    }

    [Fact]
    public async Task Of_updates_that_expect_one_revision_at_once_a_single_one_wins()
    {
        await CreateAsync("a");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            _store.UpdateAsync("build", "p", "a", 1, _ => $"{i}", "me", default)));
        Assert.Single(outcomes.OfType<UpdateOutcome.Updated>());
        Assert.All(outcomes.OfType<UpdateOutcome.Stale>(), stale => Assert.Equal(2, stale.Current.Revision));
    }

    [Fact]
    public async Task A_change_that_throws_changes_nothing()
    {
        await CreateAsync("a");
        await Assert.ThrowsAsync<FormatException>(() =>
            _store.UpdateAsync("build", "p", "a", null, _ => throw new FormatException(), "me", default));
        Assert.Equal(1, (await _store.GetAsync("build", "p", "a", default))!.Revision);
    }

    [Fact]
    public async Task What_is_not_there_is_missing()
    {
        Assert.Null(await _store.GetAsync("build", "p", "a", default));
        Assert.IsType<UpdateOutcome.Missing>(await _store.UpdateAsync("build", "p", "a", null, _ => "", "me", default));
        Assert.IsType<DeleteOutcome.Missing>(await _store.DeleteAsync("build", "p", "a", null, "me", default));
    }

    [Fact]
    public async Task A_deleted_name_is_free_again_and_its_number_is_not()
    {
        var first = Assert.IsType<CreateOutcome.Created>(await CreateAsync("a")).Document;
        Assert.IsType<DeleteOutcome.Stale>(await _store.DeleteAsync("build", "p", "a", 7, "me", default));
        Assert.IsType<DeleteOutcome.Deleted>(await _store.DeleteAsync("build", "p", "a", 1, "me", default));
        var second = Assert.IsType<CreateOutcome.Created>(await CreateAsync("a")).Document;
        Assert.True(second.Id > first.Id);
    }

    [Fact]
    public async Task Every_state_stays_as_a_revision()
    {
        await CreateAsync("a");
        await _store.UpdateAsync("build", "p", "a", null, _ => "2", "you", default);
        await _store.DeleteAsync("build", "p", "a", null, "she", default);
        var revisions = await _database.ReadAsync(
            session => session.QueryAsync(
                "select revision, change, json, changed_by from document_revisions order by document_id, revision",
                row => (row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3))),
            default);
        Assert.Equal([(1, "created", "{}", "me"), (2, "updated", "2", "you"), (3, "deleted", "2", "she")], revisions);
    }

    [Fact]
    public async Task Pages_are_in_creation_order_and_count_all()
    {
        string[] names = ["c", "a", "b", "e", "d"];
        foreach (var name in names)
        {
            await CreateAsync(name);
        }
        var page = await ListAsync(new DocumentQuery(Page: 2, PageSize: 2));
        Assert.Equal(5, page.Total);
        Assert.Equal(["b", "e"], page.Items.Select(item => item.Name));
        Assert.Empty((await ListAsync(new DocumentQuery(Page: 9, PageSize: 2))).Items);
    }

    [Fact]
    public async Task A_list_is_sorted_searched_and_filtered_by_tag()
    {
        await CreateAsync("Alpha_1", "svc/a");
        await CreateAsync("beta%", "svc/a", "svc/b");
        await CreateAsync("ALPHA2", "svc/b");
        Assert.Equal(
            ["beta%", "Alpha_1", "ALPHA2"],
            (await ListAsync(new DocumentQuery(1, 9, DocumentSort.NameDescending))).Items.Select(item => item.Name));
        Assert.Equal(["Alpha_1", "ALPHA2"], (await ListAsync(new DocumentQuery(1, 9, Search: "alpha"))).Items.Select(i => i.Name));
        Assert.Equal(["Alpha_1"], (await ListAsync(new DocumentQuery(1, 9, Search: "a_"))).Items.Select(i => i.Name));
        Assert.Equal(["beta%"], (await ListAsync(new DocumentQuery(1, 9, Search: "%"))).Items.Select(i => i.Name));
        Assert.Equal(["beta%", "ALPHA2"], (await ListAsync(new DocumentQuery(1, 9, Tag: "svc/b"))).Items.Select(i => i.Name));
    }

    protected abstract Task<Database> OpenAsync();

    protected abstract ValueTask CleanUpAsync();

    private Task<CreateOutcome> CreateAsync(string name, params string[] tags) =>
        _store.CreateAsync("build", "p", name, new DocumentContent("{}", tags), "me", default);

    private Task<DocumentPage> ListAsync(DocumentQuery? query = null) =>
        _store.ListAsync("build", "p", query ?? new DocumentQuery(1, 100), default);
}
