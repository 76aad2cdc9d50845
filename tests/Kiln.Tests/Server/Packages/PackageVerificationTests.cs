using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kiln.Tests.Architecture;
using Kiln.Tests.Fixtures;
using YamlDotNet.RepresentationModel;

namespace Kiln.Tests.Server.Packages;

public sealed class PackageVerificationTests : IAsyncLifetime
{
    private readonly FakePackageSite _site = new([1, 2, 3, 4, 5]);
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task Every_package_is_told_apart()
    {
        await AddAsync("here", _site.Url, _site.Sha256);
        await AddAsync("exchanged", _site.Url, new string('a', 64));
        await AddAsync("away", "http://127.0.0.1:9/x.tar.gz", new string('a', 64));
        await AddAsync("plain", "", "");
        await AddAsync("unknown", _site.Url, "", enabled: false);

        var look = await VerifyAsync("");
        var read = await VerifyAsync("?content=true");

        Assert.Equal(
            ["here ok", "exchanged ok", "away unreachable", "plain no_download", "unknown ok"], Statuses(look));
        Assert.Equal(
            ["here ok", "exchanged checksum", "away unreachable", "plain no_download", "unknown ok"], Statuses(read));
        Assert.Equal((3, _site.Sha256), ((int)read["ok"]!, (string)read["packages"]![4]!["sha256"]!));
        Assert.Equal(5, (int)read["packages"]![0]!["size"]!);
    }

    [Fact]
    public async Task A_file_that_has_gone_is_missing_and_a_package_that_is_not_there_is_named()
    {
        _site.Status = 404;
        await AddAsync("go", _site.Url, _site.Sha256);

        Assert.Equal(["go missing"], Statuses(await VerifyAsync("?name=go")));
        using var answer = await _app.Admin.PostAsync("/openapi/system/packages/verify?name=goo", content: null);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("go 1.0", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_package_without_a_hash_waits_until_it_has_one()
    {
        using var enabled = await PostAsync("go", _site.Url, "", enabled: true);

        Assert.Equal(HttpStatusCode.BadRequest, enabled.StatusCode);
        Assert.StartsWith("sha256:", (await enabled.ErrorsAsync()).Single());
    }

    [Fact]
    public async Task The_starter_catalogue_is_taken_whole_and_nothing_in_it_is_enabled_without_a_hash()
    {
        var documents = Directory.GetFiles(Path.Combine(Repository.Root, "examples", "packages"), "*.yaml").Order().SelectMany(Read).ToList();

        foreach (var document in documents)
        {
            using var answer = await _app.Admin.PostAsJsonAsync("/openapi/system/packages", document);
            Assert.True(answer.IsSuccessStatusCode, $"{document}: {await answer.Content.ReadAsStringAsync()}");
        }

        var names = documents.Select(document => (string)document["name"]!).ToHashSet();
        Assert.Superset(new HashSet<string> { "go", "node", "java", "maven", "python", "yarn", "php", "dep", "glide", "ginkgo", "bower", "phantomjs", "jMeter" }, names);
        Assert.Contains(documents, document => ((string)document["name"]!, (string)document["version"]!) == ("go", "1.20.7"));
    }

    private static IEnumerable<JsonObject> Read(string file)
    {
        using var reader = new StreamReader(file);
        var yaml = new YamlStream();
        yaml.Load(reader);
        foreach (var document in yaml.Documents)
        {
            var body = new JsonObject();
            foreach (var (key, value) in (YamlMappingNode)document.RootNode)
            {
                body[((YamlScalarNode)key).Value!] = value is YamlSequenceNode list
                    ? new JsonArray([.. list.Select(item => (JsonNode)((YamlScalarNode)item).Value!)])
                    : (JsonNode)((YamlScalarNode)value).Value!;
            }
            Assert.Equal("package", (string)body["kind"]!);
            yield return body;
        }
    }

    private async Task AddAsync(string name, string url, string sha256, bool enabled = true)
    {
        using var answer = await PostAsync(name, url, sha256, enabled);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> PostAsync(string name, string url, string sha256, bool enabled) =>
        _app.Admin.PostAsJsonAsync("/openapi/system/packages", new JsonObject
        {
            ["name"] = name, ["version"] = "1.0", ["scripts"] = "true", ["download_path"] = url, ["sha256"] = sha256, ["enabled"] = enabled,
        });

    private async Task<JsonNode> VerifyAsync(string query)
    {
        using var answer = await _app.Admin.PostAsync($"/openapi/system/packages/verify{query}", content: null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

    private static IEnumerable<string> Statuses(JsonNode checks) =>
        checks["packages"]!.AsArray().Select(check => $"{check!["name"]} {check["status"]}");
}
