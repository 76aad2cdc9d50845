using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kiln.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kiln.Tests.Server.Catalogue.Trials;

/// <summary>Definitions that are tried in the world: what is right, and one sentence for what is wrong.</summary>
public sealed class TrialTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_code_host_is_read_by_git_and_a_wrong_token_or_repository_is_told_apart()
    {
        using var home = new TempDirectory();
        await Git.RunAsync("init", "--quiet", "--bare", Path.Combine(home.Path, "repo.git"));
        await using var host = await FakeGitHost.StartAsync(Path.Combine(home.Path, "repo.git"), "oauth2", "right-token");

        Assert.Equal("", await TryAsync("codehosts", Host(host.Address, "right-token"), "?repo=org/repo"));
        Assert.Equal("auth", await TryAsync("codehosts", Host(host.Address, "wrong-token"), "?repo=org/repo"));
        Assert.Equal("dns", await TryAsync("codehosts", Host(new("http://nowhere.invalid"), "t"), "?repo=org/repo"));
    }

    [Fact]
    public async Task A_code_hosts_login_is_tried_by_the_api_of_its_type()
    {
        await using var gitlab = await SiteAsync(http => http.Request.Path == "/api/v4/user" ? http.Request.Headers["PRIVATE-TOKEN"] == "right" ? 200 : 401 : 404);

        Assert.Equal("", await TryAsync("codehosts", Host(gitlab.Address, "right"), ""));
        Assert.Equal("auth", await TryAsync("codehosts", Host(gitlab.Address, "wrong"), ""));
        Assert.Equal("not_found", await TryAsync("codehosts", Host(gitlab.Address, "right").Replace("\"gitlab\"", "\"gitee-enterprise\""), ""));
    }

    [Fact]
    public async Task A_registry_is_logged_in_to_by_the_token_service_that_it_names()
    {
        await using var registry = await SiteAsync(http =>
        {
            if (http.Request.Path == "/token")
            {
                Assert.Equal("repository:team/kiln-validate:pull,push", http.Request.Query["scope"]);
                return http.Request.Headers.Authorization == "Basic " + Convert.ToBase64String("robot:right"u8.ToArray()) ? 200 : 401;
            }
            http.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{http.Request.Host}/token\",service=\"registry\"";
            return http.Request.Path == "/v2/" ? 401 : 404;
        });

        Assert.Equal("", await TryAsync("registry", Registry(registry.Address, "right"), ""));
        Assert.Equal("auth", await TryAsync("registry", Registry(registry.Address, "wrong"), ""));
        Assert.Equal("refused", await TryAsync("registry", Registry(new("http://127.0.0.1:1"), "right"), ""));
    }

    [Fact]
    public async Task An_object_storage_is_looked_into_with_a_signature()
    {
        await using var storage = await SiteAsync(
            http => http.Request.Path.Value!.Trim('/') != "builds" ? 404
                : http.Request.Headers.Authorization.ToString().StartsWith("AWS4-HMAC-SHA256 Credential=right/", StringComparison.Ordinal) ? 200 : 403,
            status => status switch
            {
                200 => """<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>builds</Name></ListBucketResult>""",
                404 => "<Error><Code>NoSuchBucket</Code></Error>",
                _ => "<Error><Code>InvalidAccessKeyId</Code></Error>",
            });
        string Body(string ak, string bucket) => $$"""
            {"name": "files", "endpoint": "{{storage.Address.Authority}}", "bucket": "{{bucket}}", "ak": "{{ak}}", "sk": "secret", "insecure": true}
            """;

        Assert.Equal("", await TryAsync("object-storages", Body("right", "builds"), ""));
        Assert.Equal("auth", await TryAsync("object-storages", Body("wrong", "builds"), ""));
        Assert.Equal("not_found", await TryAsync("object-storages", Body("right", "other"), ""));
        Assert.Equal("refused", await TryAsync(
            "object-storages", Body("right", "builds").Replace(storage.Address.Authority, "127.0.0.1:1"), ""));
    }

    [Fact]
    public async Task A_cluster_is_asked_for_its_version_over_tls_that_its_own_authority_vouches_for()
    {
        using var certificate = Certificate("localhost");
        await using var cluster = await SiteAsync(
            http => http.Request.Headers.Authorization == "Bearer right" ? 200 : 401, _ => """{"gitVersion": "v1.34.1"}""", certificate);
        string Body(string token, string ca) => $$"""
            {"name": "c", "type": "token", "api_server": "https://localhost:{{cluster.Address.Port}}", "token": "{{token}}",
             "tls_ca": "{{ca.Replace("\n", "\\n")}}"}
            """;

        Assert.Equal("", await TryAsync("cluster", Body("right", certificate.ExportCertificatePem()), ""));
        Assert.Equal("auth", await TryAsync("cluster", Body("wrong", certificate.ExportCertificatePem()), ""));
        Assert.Equal("tls", await TryAsync("cluster", Body("right", ""), ""));
    }

    [Fact]
    public async Task What_never_answers_is_given_up_and_said()
    {
        var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");

        Assert.Equal("timeout", await TryAsync("registry", Registry(address, "x"), ""));
        silent.Stop();
    }

    [Fact]
    public async Task A_stored_one_is_tried_with_its_sealed_secret_and_a_masked_body_with_the_stored_one()
    {
        await using var gitlab = await SiteAsync(http => http.Request.Headers["PRIVATE-TOKEN"] == "right" ? 200 : 401);
        await _app.Admin.SendJsonAsync(HttpMethod.Post, "/openapi/system/codehosts", Host(gitlab.Address, "right"));

        var stored = await (await _app.Admin.PostAsync("/openapi/system/codehosts/git/validate", content: null)).JsonAsync();
        Assert.True((bool)stored["ok"]!, stored.ToJsonString());
        Assert.Equal("", await TryAsync("codehosts", Host(gitlab.Address, "********"), ""));
    }

    [Fact]
    public async Task It_is_for_owners_and_administrators_and_a_wrong_body_is_refused_before_anything_is_tried()
    {
        await _app.Admin.SendJsonAsync(HttpMethod.Post, "/openapi/projects/project", """{"project_key": "shop"}""");
        var editor = _app.Client((string?)(await (await _app.Admin.SendJsonAsync(
            HttpMethod.Post, "/openapi/system/tokens", """{"name": "ed", "kind": "user", "grants": [{"project_key": "shop", "role": "editor"}]}""")).JsonAsync())["token"]);
        var body = Host(new("http://127.0.0.1:1"), "t");

        var ofSystem = await editor.SendJsonAsync(HttpMethod.Post, "/openapi/system/codehosts/validate", body);
        var ofProject = await editor.SendJsonAsync(HttpMethod.Post, "/openapi/system/codehosts/validate?projectKey=shop", body);
        var wrong = await _app.Admin.SendJsonAsync(HttpMethod.Post, "/openapi/system/codehosts/validate", """{"name": "x", "type": "svn"}""");

        Assert.Equal(HttpStatusCode.Forbidden, ofSystem.StatusCode);
        Assert.Contains("role owner", await ofProject.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    private static string Host(Uri address, string token) => $$"""
        {"name": "git", "type": "gitlab", "address": "{{address.ToString().TrimEnd('/')}}", "auth_type": "token", "token": "{{token}}"}
        """;

    private static string Registry(Uri address, string password) => $$"""
        {"address": "{{address.ToString().TrimEnd('/')}}", "namespace": "team", "access_key": "robot", "secret_key": "{{password}}"}
        """;

    /// <summary>The problem that was found; empty = it works. A sentence is always there.</summary>
    private async Task<string> TryAsync(string kind, string body, string query)
    {
        using var answer = await _app.Admin.SendJsonAsync(HttpMethod.Post, $"/openapi/system/{kind}/validate{query}", body);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var result = await answer.JsonAsync();
        Assert.EndsWith(".", (string?)result["message"]);
        Assert.Equal((bool)result["ok"]!, (string?)result["problem"] == "");
        return (string)result["problem"]!;
    }

    private static Task<Site> SiteAsync(Func<HttpContext, int> answer) => SiteAsync(answer, static _ => "{}", certificate: null);

    private static Task<Site> SiteAsync(Func<HttpContext, int> answer, Func<int, string> content) => SiteAsync(answer, content, certificate: null);

    private static async Task<Site> SiteAsync(Func<HttpContext, int> answer, Func<int, string> content, X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            if (certificate is not null)
            {
                endpoint.UseHttps(certificate);
            }
        }));
        var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.StatusCode = answer(context);
            if (context.Request.Method != "HEAD")
            {
                await context.Response.WriteAsync(content(context.Response.StatusCode));
            }
        });
        await app.StartAsync();
        return new Site(app);
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var made = request.CreateSelfSigned(DateTimeOffset.Parse("2020-01-01T00:00:00Z"), DateTimeOffset.Parse("2099-01-01T00:00:00Z"));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }

    private sealed class Site(WebApplication app) : IAsyncDisposable
    {
        public Uri Address => new(app.Urls.First());

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
