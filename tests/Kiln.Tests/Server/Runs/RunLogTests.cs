using System.Net;
using System.Text;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Runs;

public class RunLogTests : IAsyncLifetime
{
    private KilnApp _app = null!;
    private FakeAgent _agent = null!;
    private long _id;
    private Lease _lease = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await KilnApp.StartAsync(await StoreAsync());
        _agent = new FakeAgent(_app);
        _id = await _app.RunAsync(FakePlans.Script());
        _lease = await _agent.TakeAsync();
    }

    /// <summary>Settings that choose the database.</summary>
    protected virtual Task<Func<KilnOptions, KilnOptions>> StoreAsync() =>
        Task.FromResult<Func<KilnOptions, KilnOptions>>(static options => options);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("", 0, "0123456789")]
    [InlineData("?offset=3", 3, "3456789")]
    [InlineData("?offset=3&limit=2", 3, "34")]
    [InlineData("?tail=4", 0, "0123456789")]
    [InlineData("?tail=0", 10, "")]
    [InlineData("?offset=400", 400, "")]
    [InlineData("?limit=0", 0, "")]
    [InlineData("?step=script", 2, "234567")]
    [InlineData("?step=script&offset=1&limit=2", 3, "34")]
    [InlineData("?follow=true&offset=8", 8, "89")]
    public async Task A_part_of_an_ended_log_is_exactly_what_was_asked_for(string query, long offset, string text)
    {
        await _agent.ReportAsync(_lease, 0, "0123456789",
            new RunEvent.Begun { Seq = 1, AtMs = 0 },
            new RunEvent.StepStarted("script", 2) { Seq = 2, AtMs = 0 },
            new RunEvent.StepEnded("script", StepStatus.Passed, 8, "") { Seq = 3, AtMs = 0 },
            new RunEvent.Ended(RunStatus.Passed, "", "", 0, 10) { Seq = 4, AtMs = 0 });
        using var response = await _app.Admin.GetAsync($"/openapi/runs/{_id}/log{query}");
        Assert.Equal(text, await response.Content.ReadAsStringAsync());
        Assert.Equal($"{offset}", Assert.Single(response.Headers.GetValues("X-Log-Offset")));
        Assert.Equal("true", Assert.Single(response.Headers.GetValues("X-Log-Complete")));
    }

    [Theory]
    [InlineData("offset=-1")]
    [InlineData("limit=x")]
    [InlineData("tail=1&offset=1")]
    [InlineData("tail=1&from_line=1")]
    [InlineData("from_line=0")]
    [InlineData("lines=5&follow=true")]
    [InlineData("timestamps=true&follow=true")]
    [InlineData("search=")]
    [InlineData("search=a%0Ab")]
    [InlineData("search=a&tail=3")]
    [InlineData("ignore_case=x&search=a")]
    [InlineData("follow=maybe")]
    [InlineData("attempt=99999999999")]
    public async Task A_query_that_makes_no_sense_is_told_by_name(string query)
    {
        using var response = await _app.Admin.GetAsync($"/openapi/runs/{_id}/log?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.StartsWith(query[..query.IndexOf('=', StringComparison.Ordinal)], Assert.Single(await response.ErrorsAsync()));
    }

    [Fact]
    public async Task A_running_log_is_not_complete_and_an_unknown_run_step_or_attempt_is_not_found()
    {
        using var running = await _app.Admin.GetAsync($"/openapi/runs/{_id}/log");
        Assert.False(running.Headers.Contains("X-Log-Complete"));
        foreach (var path in (string[])["999/log", $"{_id}/log?step=nope", $"{_id}/log?attempt=2"])
        {
            using var missing = await _app.Admin.GetAsync($"/openapi/runs/{path}");
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        }
    }

    [Fact]
    public async Task Followers_get_every_byte_in_order_while_it_is_written_and_end_with_the_run()
    {
        var followers = Enumerable.Range(0, 5)
            .Select(_ => _app.Admin.GetStringAsync($"/openapi/runs/{_id}/log?follow=true"))
            .ToList();
        var written = new StringBuilder();
        await _agent.ReportAsync(_lease, 0, "", new RunEvent.Begun { Seq = 1, AtMs = 0 });
        for (var i = 0; i < 200; i++)
        {
            var piece = $"line {i} 日志 {new string('x', i * 7)}\n";
            await _agent.ReportAsync(_lease, Encoding.UTF8.GetByteCount(written.ToString()), piece);
            written.Append(piece);
        }
        var length = Encoding.UTF8.GetByteCount(written.ToString());
        await _agent.ReportAsync(_lease, length, "", new RunEvent.Ended(RunStatus.Passed, "", "", 0, length) { Seq = 2, AtMs = 0 });
        Assert.All(await Task.WhenAll(followers), text => Assert.Equal(written.ToString(), text));
    }

    [Fact]
    public async Task The_event_stream_shows_status_log_and_end_and_resumes_behind_the_last_id()
    {
        var log = "héllo 世界\n";
        var bytes = Encoding.UTF8.GetByteCount(log);
        await _agent.ReportAsync(_lease, 0, log, FakeAgent.Passed(bytes));
        var all = await _app.Admin.GetStringAsync($"/openapi/runs/{_id}/events");
        Assert.StartsWith("event: status\ndata: {", all, StringComparison.Ordinal);
        Assert.Contains(
            $"event: log\nid: {bytes}\ndata: {{\"offset\":0,\"next_offset\":{bytes},\"text\":\"héllo 世界\\n\"}}\n\n", all, StringComparison.Ordinal);
        Assert.Contains("event: end\ndata: {", all, StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/openapi/runs/{_id}/events");
        request.Headers.Add("Last-Event-ID", $"{bytes - 1}");
        using var resumed = await _app.Admin.SendAsync(request);
        Assert.Contains($"{{\"offset\":{bytes - 1},\"next_offset\":{bytes},\"text\":\"\\n\"}}",
            await resumed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_event_stream_never_cuts_a_character_in_two_while_the_log_grows()
    {
        var bytes = Encoding.UTF8.GetBytes("aé世🙂b");
        using var response = await _app.Admin.GetAsync(
            $"/openapi/runs/{_id}/events", HttpCompletionOption.ResponseHeadersRead);
        for (var i = 0; i < bytes.Length; i++)
        {
            using var report = await _agent.SendAsync(_lease.Key, _lease.Token, i, bytes.AsMemory(i, 1));
            Assert.Equal(HttpStatusCode.OK, report.StatusCode);
        }
        await _agent.ReportAsync(_lease, bytes.Length, "", new RunEvent.Begun { Seq = 1, AtMs = 0 },
            new RunEvent.Ended(RunStatus.Passed, "", "", 0, bytes.Length) { Seq = 2, AtMs = 0 });
        var stream = await response.Content.ReadAsStringAsync();
        var texts = stream.Split('\n')
            .Where(line => line.StartsWith("data: {\"offset\"", StringComparison.Ordinal))
            .Select(line => (string)System.Text.Json.Nodes.JsonNode.Parse(line[6..])!["text"]!);
        Assert.Equal("aé世🙂b", string.Concat(texts));
        Assert.DoesNotContain('\uFFFD', stream);
    }
}
