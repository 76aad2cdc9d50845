using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.Tests.Fixtures;
using Kiln.Tests.Server.Document.Schemas;

namespace Kiln.Tests.Server.Document;

/// <summary>What the document says of answers is what the server answers.</summary>
public sealed class DocumentedAnswersTests(WrittenDocument written) : IClassFixture<WrittenDocument>
{
    private static readonly string[] NotJson = ["getRunLog", "followRun", "downloadRunArtifact", "getMetrics"];

    private readonly DocumentedCalls _calls = new(written.Document);

    [Fact]
    public async Task Every_answer_and_every_error_has_exactly_the_documented_fields()
    {
        await MakeAsync();

        foreach (var (id, call) in _calls.ById.Where(call => call.Value.Method == HttpMethod.Get && !NotJson.Contains(call.Key)))
        {
            using var answer = await written.App.Admin.GetAsync(DocumentedCalls.Address(call));

            Assert.True(answer.IsSuccessStatusCode, $"{id}: {await answer.Content.ReadAsStringAsync()}");
            await CheckAsync(id, answer);
        }
        foreach (var id in new[] { "retryRun", "cancelRun", "restoreBuildRevision", "deleteBuild", "deleteToken", "deleteProject" })
        {
            using var answer = await written.App.Admin.SendAsync(new HttpRequestMessage(_calls.ById[id].Method, DocumentedCalls.Address(_calls.ById[id])));
            await CheckAsync(id, answer);
        }
    }

    [Fact]
    public async Task Without_a_token_every_call_that_needs_one_answers_the_documented_error()
    {
        foreach (var (id, call) in _calls.ById.Where(call => call.Value.Operation["security"]!.AsArray().Count > 0))
        {
            using var answer = await written.App.Anonymous.SendAsync(new HttpRequestMessage(call.Method, DocumentedCalls.Address(call)));

            Assert.Equal(401, (int)answer.StatusCode);
            await CheckAsync(id, answer);
        }
    }

    private async Task MakeAsync()
    {
        foreach (var (id, form, body) in BodyExamples.All.Where(example => example.Call.StartsWith("create", StringComparison.Ordinal)))
        {
            using var answer = await written.App.Admin.SendJsonAsync(
                HttpMethod.Post, _calls.ById[id].Path + (form == "from_template" ? "?source=template" : ""), body.ToJsonString());
            await CheckAsync(id, answer);
        }
        var agent = new FakeAgent(written.App);
        await written.App.RunAsync(FakePlans.Script());
        var passed = FakeAgent.Passed(0);
        var report = new TestReport(
            new TestTotals(Tests: 2, Passed: 1, Failed: 1, Errors: 0, Skipped: 0, DurationMs: 40),
            [new TestFailure("suite", "Shop", "sells", "failure", "Expected 1.", "", 20, "report.xml")], FailuresLeftOff: 0, Files: 1, []);
        await agent.ReportAsync(
            await agent.TakeAsync(), 0, "",
            [.. passed[..^1], new RunEvent.ReportsCollected(report) { Seq = 5, AtMs = 0 }, passed[^1] with { Seq = 6 }]);
    }

    private async Task CheckAsync(string id, HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        var responses = _calls.ById[id].Operation["responses"]!;
        Assert.True(responses[$"{status}"] is not null, $"{id} answers {status}, which is not documented: {await answer.Content.ReadAsStringAsync()}");
        var schema = status < 400
            ? _calls.ById[id].AnswerSchema(status)!
            : written.Document["components"]!["schemas"]!["ErrorBody"]!;
        var problems = new SchemaCheck(written.Document).Problems(JsonNode.Parse(await answer.Content.ReadAsStringAsync()), schema);

        Assert.True(problems.Count == 0, $"{id} {status}: {string.Join("; ", problems)}");
    }
}
