using System.Net;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Http;

public sealed class ErrorEnvelopeTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task An_unknown_route_is_404_in_the_envelope()
    {
        var answer = await _app.Admin.GetAsync("/openapi/nowhere");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var body = await answer.JsonAsync();
        Assert.Equal(["type", "message", "code", "description", "extra"], body.AsObject().Select(pair => pair.Key));
        Assert.Equal("error", (string?)body["type"]);
        Assert.Equal(404, (int?)body["code"]);
        Assert.Contains("/openapi/nowhere", (string?)body["description"]);
        Assert.Empty(body["extra"]!["errors"]!.AsArray());
    }

    [Theory]
    [InlineData("/openapi/build")]
    [InlineData("/openapi/system/codehosts")]
    public async Task A_body_of_more_than_four_mebibytes_is_413(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent($$"""{"name": "{{new string('x', 4 * 1024 * 1024)}}"}"""),
        };
        // Asks before it sends so much, as curl does; else the refusal may find the client still writing.
        request.Headers.ExpectContinue = true;

        var answer = await _app.Admin.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        var body = await answer.JsonAsync();
        Assert.Equal(413, (int?)body["code"]);
        Assert.Contains("4 MiB", (string?)body["description"]);
    }

    [Fact]
    public async Task A_wrong_method_is_405_and_names_the_right_ones()
    {
        var answer = await _app.Admin.DeleteAsync("/healthz");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["GET"], answer.Content.Headers.Allow);
        Assert.Equal(405, (int?)(await answer.JsonAsync())["code"]);
    }
}
