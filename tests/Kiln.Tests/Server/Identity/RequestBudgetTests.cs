using System.Net;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Server.Identity;

public sealed class RequestBudgetTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.Parse("2026-01-01T00:00:00Z"));
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync(_time, options => options with { RateLimit = 5 });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Twice_a_seconds_requests_are_served_at_once_and_the_next_is_told_when_to_come_back()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(_app.Admin));
        }
        using var refused = await _app.Admin.GetAsync("/openapi/projects/project");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        var body = await refused.JsonAsync();
        Assert.Equal(("error", 429), ((string?)body["type"], (int?)body["code"]));
        Assert.Contains("rate_limit", (string?)body["description"]);

        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(_app.Admin));
        }
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(_app.Admin));
    }

    [Fact]
    public async Task Attempts_without_a_valid_token_have_a_budget_of_their_own_and_do_not_fill_the_record()
    {
        for (var i = 0; i < 30; i++)
        {
            await StatusAsync(i % 2 == 0 ? _app.Anonymous : _app.Client("kiln_user_0000"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(_app.Anonymous));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_app.Admin));
        Assert.Equal(10, (int)(await (await _app.Admin.GetAsync("/openapi/system/audit")).JsonAsync())["total"]!);
    }

    [Fact]
    public async Task Health_the_document_and_agents_are_not_counted()
    {
        var agent = new FakeAgent(_app);
        for (var i = 0; i < 15; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await _app.Anonymous.GetAsync("/healthz")).StatusCode);
            Assert.Equal(HttpStatusCode.Conflict, (await agent.SpecAsync(new(1, 1, 1))).StatusCode);
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/openapi/projects/project");
        return answer.StatusCode;
    }
}
