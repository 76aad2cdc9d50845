using Kiln.Server.Storage;

namespace Kiln.Tests.Compliance;

/// <summary>What every database must do; one subclass per database.</summary>
public abstract class DatabaseCompliance : IAsyncLifetime
{
    protected Database Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await OpenAsync();
        await Database.WriteAsync(
            session => session.ExecuteAsync("create table facts (id bigint not null primary key, word text)"), default);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await CleanUpAsync();
    }

    [Fact]
    public async Task A_completed_write_is_seen_by_the_next_read()
    {
        await AddAsync(1, "one");
        Assert.Equal(["one"], await WordsAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a quote ' and 中文, and a ☃")]
    public async Task A_text_is_read_as_it_was_written(string word)
    {
        var longer = string.Concat(Enumerable.Repeat(word, 400));
        await AddAsync(1, word);
        await AddAsync(2, longer);
        Assert.Equal([word, longer], await WordsAsync());
    }

    [Fact]
    public async Task Null_is_told_from_0_and_from_an_empty_text_and_is_no_value()
    {
        await Database.WriteAsync(session => session.ExecuteAsync("insert into facts (id, word) values (@1, @2)", 0, null), default);
        Assert.Equal(
            "0 null null",
            await Database.ReadAsync(
                session => session.FindAsync(
                    "select id, word, nullif(id, 0) from facts",
                    static row => $"{row.GetInt64(0)} {row.GetValue(1) ?? "null"} {(row.IsNull(2) ? "null" : "a value")}"),
                default));
        await Assert.ThrowsAnyAsync<Exception>(() => Database.ReadAsync(
            session => session.FindAsync("select word from facts", static row => row.GetString(0)), default));
        await Assert.ThrowsAnyAsync<Exception>(() => Database.ReadAsync(
            session => session.QueryAsync("select nullif(id, 0) from facts", static row => row.GetInt64(0)), default));
    }

    [Fact]
    public async Task A_failing_write_leaves_nothing_and_does_not_hurt_those_beside_it()
    {
        var good = Enumerable.Range(1, 50).Select(i => AddAsync(i, "good"));
        var bad = Enumerable.Range(100, 50).Select(async i =>
            await Assert.ThrowsAsync<InvalidOperationException>(() => Database.WriteAsync<int>(
                async session =>
                {
                    await session.ExecuteAsync("insert into facts (id, word) values (@1, @2)", i, "bad");
                    throw new InvalidOperationException("decided otherwise");
                },
                default)));
        await Task.WhenAll(good.Concat<Task>(bad));
        Assert.Equal(Enumerable.Repeat("good", 50), await WordsAsync());
    }

    [Fact]
    public async Task A_statement_that_fails_is_its_callers_exception_only()
    {
        await AddAsync(1, "one");
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => AddAsync(1, "again"));
        await AddAsync(2, "two");
        Assert.Equal(["one", "two"], await WordsAsync());
    }

    [Fact]
    public async Task Writers_at_once_on_one_row_lose_no_change()
    {
        await AddAsync(1, "0");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Database.WriteAsync(
            async session =>
            {
                var word = await session.FindAsync("select word from facts where id = 1", row => row.GetString(0));
                return await session.ExecuteAsync("update facts set word = @1 where id = 1", $"{int.Parse(word!) + 1}");
            },
            default)));
        Assert.Equal(["200"], await WordsAsync());
    }

    [Fact]
    public async Task A_read_sees_one_moment_while_others_write()
    {
        await AddAsync(1, "one");
        var counts = await Database.ReadAsync(
            async session =>
            {
                var before = await session.NumberAsync("select count(*) from facts");
                await AddAsync(2, "two");
                return (before, After: await session.NumberAsync("select count(*) from facts"));
            },
            default);
        Assert.Equal((1, 1), counts);
        Assert.Equal(["one", "two"], await WordsAsync());
    }

    [Fact]
    public async Task Allocated_numbers_are_distinct_and_behind_those_stored()
    {
        await AddAsync(41, "stored");
        var numbers = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => Database.AllocateAsync("facts", "id", default).AsTask()));
        Assert.Equal(100, numbers.Distinct().Count());
        Assert.All(numbers, number => Assert.True(number > 41));
    }

    [Fact]
    public async Task A_write_given_up_before_it_began_does_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Database.WriteAsync(
            session => session.ExecuteAsync("insert into facts (id) values (1)"), new CancellationToken(canceled: true)));
        Assert.Empty(await WordsAsync());
    }

    protected abstract Task<Database> OpenAsync();

    protected abstract ValueTask CleanUpAsync();

    private Task<int> AddAsync(long id, string word) => Database.WriteAsync(
        session => session.ExecuteAsync("insert into facts (id, word) values (@1, @2)", id, word), default);

    private Task<List<string>> WordsAsync() => Database.ReadAsync(
        session => session.QueryAsync("select word from facts order by id", row => row.GetString(0)), default);
}
