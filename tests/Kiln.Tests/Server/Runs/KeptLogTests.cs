using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.Server.Queue;
using Kiln.Server.Runs;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Server.Runs;

/// <summary>Logs of ended runs: lines, search, sections, packed or not, and their end.</summary>
public class KeptLogTests : IAsyncLifetime
{
    private static readonly string Log = "one\n::group::Build\n" + string.Concat(Enumerable.Range(3, 8_000).Select(i => $"line {i}\n"))
        + "::endgroup::\nlast without end";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private KilnApp _app = null!;
    private FakeAgent _agent = null!;

    public async ValueTask InitializeAsync()
    {
        var store = await StoreAsync();
        _app = await KilnApp.StartAsync(_time, options => store(options) with { LogKeep = TimeSpan.FromDays(30), LogLimit = 1 << 20 });
        _agent = new FakeAgent(_app);
    }

    /// <summary>Settings that choose the database.</summary>
    protected virtual Task<Func<KilnOptions, KilnOptions>> StoreAsync() =>
        Task.FromResult<Func<KilnOptions, KilnOptions>>(static options => options);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("from_line=4&lines=2", 4, "line 4\nline 5\n")]
    [InlineData("from_line=4&lines=2&limit=3", 4, "lin")]
    [InlineData("lines=1", 1, "one\n")]
    [InlineData("from_line=8003", 8003, "::endgroup::\nlast without end")]
    [InlineData("from_line=9999", 8004, "")]
    [InlineData("tail=2", 8003, "::endgroup::\nlast without end")]
    [InlineData("tail=1&timestamps=true", 8004, "2026-01-31T12:00:00.000Z last without end")]
    [InlineData("step=script&from_line=1&lines=1", 3, "line 3\n")]
    [InlineData("step=script&tail=1", 8002, "line 8002\n")]
    [InlineData("step=script&from_line=3&lines=1&timestamps=1", 5, "2026-01-31T12:00:00.000Z line 5\n")]
    public async Task Lines_are_the_same_before_and_after_packing(string query, int line, string expected)
    {
        var id = await EndAsync(Log);
        for (var packed = 0; packed < 2; packed++)
        {
            using var response = await _app.Admin.GetAsync($"/openapi/runs/{id}/log?{query}");
            var text = await response.Content.ReadAsStringAsync();
            Assert.Equal($"{line}", Assert.Single(response.Headers.GetValues("X-Log-Line")));
            Assert.Equal(expected, text);
            await KeepAsync();
        }
    }

    [Fact]
    public async Task A_search_answers_with_line_place_time_and_neighbours()
    {
        var id = await EndAsync(Log);
        for (var packed = 0; packed < 2; packed++)
        {
            var answer = await JsonAsync($"/openapi/runs/{id}/log?search=LINE%20500&ignore_case=true&context=1&limit=2");
            var match = answer["matches"]![0]!;
            Assert.Equal(500, (int)match["line"]!);
            Assert.Equal(Log.IndexOf("line 500\n", StringComparison.Ordinal), (int)match["offset"]!);
            Assert.Equal(_time.Start.ToUnixTimeMilliseconds(), (long)match["time_ms"]!);
            Assert.Equal(["line 499", "line 501"], [(string)match["before"]![0]!, (string)match["after"]![0]!]);
            Assert.Equal(5001, (int)answer["next_line"]!);
            var on = await JsonAsync($"/openapi/runs/{id}/log?search=line%20500&from_line=5001&lines=2");
            Assert.Equal([5001, 5002], on["matches"]!.AsArray().Select(found => (int)found!["line"]!));
            Assert.Null(on["next_line"]);
            Assert.Empty((await JsonAsync($"/openapi/runs/{id}/log?search=endgroup&step=script"))["matches"]!.AsArray());
            await KeepAsync();
        }
    }

    [Fact]
    public async Task Sections_are_listed_with_lines_and_times()
    {
        var id = await EndAsync(Log);
        for (var packed = 0; packed < 2; packed++)
        {
            var section = Assert.Single((await JsonAsync($"/openapi/runs/{id}/log/sections"))["sections"]!.AsArray())!;
            Assert.Equal(("Build", 2, 8003), ((string)section["title"]!, (int)section["start_line"]!, (int)section["end_line"]!));
            Assert.Equal(_time.Start.ToUnixTimeSeconds(), (long)section["start_time"]!);
            await KeepAsync();
        }
    }

    [Fact]
    public async Task A_log_that_is_kept_no_longer_says_so_wherever_it_is_asked_for()
    {
        var id = await EndAsync(Log);
        await KeepAsync();
        _time.Advance(TimeSpan.FromDays(31));
        await KeepAsync();

        using var response = await _app.Admin.GetAsync($"/openapi/runs/{id}/log?tail=10");
        var notice = "Logs are kept for 30 days; this one was removed.";
        Assert.Equal($"\e[2m[kiln]\e[0m {notice}\n", await response.Content.ReadAsStringAsync());
        Assert.Equal("true", Assert.Single(response.Headers.GetValues("X-Log-Removed")));
        Assert.False(response.Headers.Contains("X-Log-Complete"));
        Assert.Equal(notice, (string)(await JsonAsync($"/openapi/runs/{id}"))["log_notice"]!);
        Assert.Equal(notice, (string)(await JsonAsync($"/openapi/runs/{id}/log?search=x"))["log_notice"]!);
        Assert.Equal(notice, (string)(await JsonAsync($"/openapi/runs/{id}/log/sections"))["log_notice"]!);
        Assert.Contains(notice, await _app.Admin.GetStringAsync($"/openapi/runs/{id}/events"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_oldest_logs_make_room_when_all_together_take_too_much()
    {
        // Base64 of random bytes packs 4:3, so three of these take more than a megabyte.
        var random = new Random(3);
        var ids = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            var bytes = new byte[400_000];
            random.NextBytes(bytes);
            ids.Add(await EndAsync(Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks)));
            _time.Advance(TimeSpan.FromMinutes(1));
        }
        await KeepAsync();
        var notices = new List<string>();
        foreach (var id in ids)
        {
            notices.Add((string)(await JsonAsync($"/openapi/runs/{id}"))["log_notice"]!);
        }
        Assert.Equal(["All logs together may take 1 MiB; this one was among the oldest and was removed.", "", ""], notices);
    }

    [Fact]
    public async Task The_log_of_a_lost_run_is_left_as_it_is_and_packed_when_its_runner_came_back()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var lease = await _agent.TakeAsync();
        await _agent.ReportAsync(lease, 0, Log, FakeAgent.Passed(0)[..2]);
        _time.Advance(TimeSpan.FromMinutes(11));
        await _app.Get<SilenceWatch>().LookAsync(default);
        Assert.Equal("lost", (string)(await JsonAsync($"/openapi/runs/{id}"))["status"]!);
        await KeepAsync();

        await _agent.ReportAsync(lease, Log.Length, "more\n", FakeAgent.Passed(Log.Length + 5)[2..]);
        await KeepAsync();

        Assert.Equal(Log + "more\n", await _app.Admin.GetStringAsync($"/openapi/runs/{id}/log"));
    }

    private async Task<long> EndAsync(string log)
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var lease = await _agent.TakeAsync();
        var script = Math.Max(0, log.IndexOf("line 3\n", StringComparison.Ordinal));
        var end = Math.Max(script, log.IndexOf("::endgroup", StringComparison.Ordinal));
        await _agent.ReportAsync(lease, 0, log,
            new RunEvent.Begun { Seq = 1, AtMs = 0 },
            new RunEvent.StepStarted("script", script) { Seq = 2, AtMs = 0 },
            new RunEvent.StepEnded("script", StepStatus.Passed, end, "") { Seq = 3, AtMs = 0 },
            new RunEvent.Ended(RunStatus.Passed, "", "", 0, Encoding.UTF8.GetByteCount(log)) { Seq = 4, AtMs = 0 });
        _agent.Holding.Remove(lease.Key);
        return id;
    }

    private async Task KeepAsync()
    {
        _time.Advance(LogKeeping.Rest);
        await _app.Get<LogKeeping>().LookAsync(default);
    }

    private async Task<JsonNode> JsonAsync(string path) => JsonNode.Parse(await _app.Admin.GetStringAsync(path))!;
}
