using System.Net;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Catalogue;

public sealed class CatalogueTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_fresh_server_has_four_images_and_its_local_cluster()
    {
        var images = await _app.Admin.GetStringAsync("/openapi/system/build-images");
        var clusters = await (await _app.Admin.GetAsync("/openapi/system/cluster")).JsonAsync();

        Assert.All(["ubuntu 18.04", "ubuntu 20.04", "ubuntu 22.04", "ubuntu 24.04"], label => Assert.Contains(label, images));
        Assert.True((bool?)Assert.Single(clusters.AsArray())!["local"]);
    }

    [Fact]
    public async Task A_body_with_many_faults_is_told_all_of_them_at_once()
    {
        var answer = await PostAsync("/openapi/system/codehosts", """
            {"name": ".hidden", "type": "subversion", "address": "gopher://x", "auth_type": "password", "token": "t"}
            """);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var fields = (await answer.ErrorsAsync()).Select(error => error.Split(':')[0]).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(["address", "name", "password", "token", "type", "username"], fields);
    }

    [Fact]
    public async Task Of_two_who_create_one_name_at_once_one_wins_and_one_is_told()
    {
        const string body = """{"project_key": "twice"}""";

        var answers = await Task.WhenAll(PostAsync("/openapi/projects/project", body), PostAsync("/openapi/projects/project", body));

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.Conflict], answers.Select(answer => answer.StatusCode).Order());
    }

    [Fact]
    public async Task A_secret_is_never_shown_and_its_mask_sent_back_keeps_it()
    {
        await PostAsync("/openapi/system/codehosts", """
            {"name": "gitlab", "type": "gitlab", "auth_type": "token", "token": "s3cret-value"}
            """);
        var shown = await _app.Admin.GetStringAsync("/openapi/system/codehosts/gitlab");

        var kept = await PutAsync("/openapi/system/codehosts/gitlab", """
            {"type": "gitlab", "auth_type": "token", "token": "********", "description": "changed"}
            """);
        var lost = await PutAsync("/openapi/system/codehosts/gitlab", """
            {"type": "gitlab", "auth_type": "password", "username": "me", "password": "********"}
            """);

        Assert.Contains("********", shown);
        Assert.DoesNotContain("s3cret-value", shown);
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, lost.StatusCode);
    }

    [Fact]
    public async Task A_missing_name_is_answered_with_the_nearest_that_exist()
    {
        await PostAsync("/openapi/system/codehosts", """{"name": "gitlab", "type": "gitlab"}""");

        var answer = await _app.Admin.GetAsync("/openapi/system/codehosts/gitlub");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("gitlab", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_service_of_a_project_that_is_not_there_is_refused()
    {
        var answer = await PostAsync("/openapi/services", """{"project_key": "nowhere", "service_name": "web"}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith("project_key:", Assert.Single(await answer.ErrorsAsync()));
    }

    [Fact]
    public async Task A_stale_If_Match_is_412_and_changes_nothing()
    {
        await PostAsync("/openapi/system/codehosts", """{"name": "gitlab", "type": "gitlab"}""");
        var read = await _app.Admin.GetAsync("/openapi/system/codehosts/gitlab");
        await PutAsync("/openapi/system/codehosts/gitlab", """{"type": "gitlab", "description": "second"}""");
        _app.Admin.DefaultRequestHeaders.TryAddWithoutValidation("If-Match", read.Headers.ETag!.ToString());

        var answer = await PutAsync("/openapi/system/codehosts/gitlab", """{"type": "gitlab", "description": "third"}""");

        Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode);
        Assert.Contains("second", await _app.Admin.GetStringAsync("/openapi/system/codehosts/gitlab"));
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) =>
        _app.Admin.SendJsonAsync(HttpMethod.Post, path, body);

    private Task<HttpResponseMessage> PutAsync(string path, string body) =>
        _app.Admin.SendJsonAsync(HttpMethod.Put, path, body);
}
