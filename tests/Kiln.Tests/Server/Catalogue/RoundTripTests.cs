using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Catalogue;

/// <summary>For every kind of definition: what GET answers as <c>spec</c>, PUT takes, and nothing changes by it.</summary>
public sealed class RoundTripTests(DocumentApp document) : IClassFixture<DocumentApp>
{

    private static readonly Gen<string> Text = Gen.String[Gen.Char["abc xyz-_.:/é构建\"\\'$\n"], 0, 30];
    private static readonly Gen<string> Word = Gen.String[Gen.Char["abcdefgh01"], 1, 12];

    private static readonly Dictionary<string, Kind> Kinds = new()
    {
        ["project"] = new(
            "/openapi/projects/project", name => ($"/detail?projectKey={name}", $"?projectKey={name}"),
            name => Of(Text, Gen.Bool, OneOf("yaml", "helm", "loaded"), (text, flag, type) => new JsonObject
            {
                ["project_key"] = name, ["project_name"] = "a name", ["description"] = text, ["is_public"] = flag, ["project_type"] = type,
            }), "project_key"),
        ["service"] = new(
            "/openapi/services", Named("?projectKey=yaml"),
            name => Of(Text, Word, Gen.Bool, (text, word, flag) => new JsonObject
            {
                ["project_key"] = "yaml", ["service_name"] = name, ["description"] = text,
                ["containers"] = flag ? new JsonArray(new JsonObject { ["name"] = word, ["image"] = $"registry.example.com/{word}" }) : null,
            }), "service_name"),
        ["variable"] = new(
            "/openapi/variables", Named("?projectKey=yaml"),
            name => Of(Text, Gen.Bool, Word, (text, flag, word) => new JsonObject
            {
                ["project_key"] = "yaml", ["key"] = $"V_{name.Replace('-', '_')}", ["value"] = word, ["is_credential"] = flag, ["description"] = text,
            }), "key"),
        ["code host"] = new(
            "/openapi/system/codehosts", Named(""),
            name => Of(Text, OneOf("none", "token", "password", "ssh_key"), Gen.Bool, (text, auth, flag) =>
            {
                var body = new JsonObject
                {
                    ["name"] = name, ["type"] = "other", ["auth_type"] = auth, ["description"] = text, ["verify_tls"] = flag,
                    ["address"] = auth == "ssh_key" ? "ssh://git@git.example.com" : "https://git.example.com/git",
                    ["proxy"] = flag ? "http://proxy.example.com:3128" : "", ["username"] = "someone",
                };
                if (auth != "none")
                {
                    body[auth] = "a secret";
                }
                return body;
            })),
        ["build image"] = new(
            "/openapi/system/build-images", Named(""),
            name => Of(Word, Word, Word, (word, _, _) => new JsonObject { ["label"] = name, ["value"] = $"registry.example.com/{word}:1" }), "label"),
        ["package"] = new(
            "/openapi/system/packages", name => ($"/{name}/1.0", $"/{name}/1.0"),
            name => Of(Text, Gen.Bool, Word, (text, flag, word) => new JsonObject
            {
                ["name"] = name, ["version"] = "1.0", ["scripts"] = text, ["enabled"] = flag,
                ["env"] = new JsonArray($"HOME={word}"), ["bin_path"] = $"$HOME/{word}",
                ["download_path"] = flag ? $"https://example.com/{word}" : "", ["sha256"] = flag ? new string('a', 64) : "",
            })),
        ["cluster"] = new(
            "/openapi/system/cluster", Named(""),
            name => Of(Text, OneOf("agent", "kubeconfig", "token"), OneOf("none", "nfs"), (text, type, cache) => new JsonObject
            {
                ["name"] = name, ["type"] = type, ["description"] = text, ["kube_config"] = type == "kubeconfig" ? "apiVersion: v1" : "",
                ["api_server"] = type == "token" ? "https://10.0.0.1:6443" : "", ["token"] = type == "token" ? "a secret" : "",
                ["namespace"] = "builds", ["project_names"] = new JsonArray("yaml"),
                ["strategies"] = new JsonArray(new JsonObject { ["strategy_name"] = "优先" }, new JsonObject { ["strategy_name"] = "other" }),
                ["cache"] = new JsonObject { ["medium_type"] = cache, ["provision_type"] = "dynamic", ["storage_size_in_gib"] = 5 },
            })),
        ["registry"] = new(
            "/openapi/system/registry", name => ($"/{name}.example.com%2Fteam", $"/{name}.example.com%2Fteam"),
            name => Of(Gen.Bool, Gen.Bool, Word, (secret, flag, word) => new JsonObject
            {
                ["address"] = $"{name}.example.com", ["namespace"] = "team", ["is_default"] = flag, ["region"] = word,
                ["access_key"] = secret ? word : "", ["secret_key"] = secret ? "a secret" : "",
            })),
        ["object storage"] = new(
            "/openapi/system/object-storages", Named(""),
            name => Of(Word, Gen.Bool, Gen.Bool, (word, flag, insecure) => new JsonObject
            {
                ["name"] = name, ["endpoint"] = "s3.example.com:9000", ["bucket"] = word, ["ak"] = word, ["sk"] = "a secret",
                ["subfolder"] = $"/{word}/", ["is_default"] = flag, ["insecure"] = insecure,
            })),
        ["Dockerfile template"] = new(
            "/openapi/templates/dockerfiles", Named(""),
            name => Of(Word, Text, Text, (word, text, _) => new JsonObject { ["name"] = name, ["content"] = $"FROM {word}\n# {text}" })),
        ["build template"] = new(
            "/openapi/templates/builds", Named(""),
            name => Of(Text, Gen.Bool, Word, (text, secret, word) => new JsonObject
            {
                ["name"] = name, ["infrastructure"] = "vm", ["build_os"] = "ubuntu 20.04", ["installs"] = new JsonArray(),
                ["script_type"] = "shell", ["build_script"] = text, ["description"] = text,
                ["parameters"] = new JsonArray(new JsonObject
                {
                    ["key"] = "one", ["type"] = "string", ["default_value"] = word, ["is_credential"] = secret,
                }),
            })),
        ["token"] = new(
            "/openapi/system/tokens", Named(""),
            name => Of(Text, OneOf("owner", "editor", "runner", "viewer"), Gen.Bool, (text, role, flag) => new JsonObject
            {
                ["name"] = name, ["kind"] = "user", ["description"] = text, ["expires_time"] = flag ? 4_000_000_000 : 0,
                ["grants"] = new JsonArray(new JsonObject { ["project_key"] = "yaml", ["role"] = role }),
                ["verbs"] = flag ? new JsonArray("read") : new JsonArray(),
            })),
    };

    private readonly HttpClient _client = document.Client;

    public static IEnumerable<TheoryDataRow<string>> KindNames => Kinds.Keys.Select(kind => new TheoryDataRow<string>(kind));

    [Theory]
    [MemberData(nameof(KindNames))]
    public async Task What_is_got_can_be_put_back_and_nothing_changes_by_it(string kind)
    {
        for (var i = 0; i < 15; i++)
        {
            var name = $"n{i}";
            await Kinds[kind].Bodies(name).SampleAsync(body => RoundTripAsync(Kinds[kind], name, body), iter: 1);
        }
    }

    private async Task RoundTripAsync(Kind kind, string name, JsonObject body)
    {
        var (get, put) = kind.Addresses((string?)body[kind.NameField] ?? name);
        await AssertAsync(HttpStatusCode.OK, await _client.SendJsonAsync(HttpMethod.Post, kind.Path, body.ToJsonString()));

        var first = await (await _client.GetAsync(kind.Path + get)).JsonAsync();
        await AssertAsync(
            HttpStatusCode.OK, await _client.SendJsonAsync(HttpMethod.Put, kind.Path + put, first["spec"]!.ToJsonString()));
        var second = await (await _client.GetAsync(kind.Path + get)).JsonAsync();

        Assert.Equal(first["spec"]!.ToJsonString(), second["spec"]!.ToJsonString());
        Assert.Equal((int)first["revision"]! + 1, (int)second["revision"]!);
        Assert.DoesNotContain("a secret", second.ToJsonString());
        await AssertAsync(HttpStatusCode.OK, await _client.DeleteAsync(kind.Path + put));
        await AssertAsync(HttpStatusCode.NotFound, await _client.GetAsync(kind.Path + get));
    }

    private static Func<string, (string Get, string Put)> Named(string query) =>
        name => ($"/{name}{query}", $"/{name}{query}");

    private static Gen<JsonObject> Of<T1, T2, T3>(Gen<T1> a, Gen<T2> b, Gen<T3> c, Func<T1, T2, T3, JsonObject> make) =>
        Gen.Select(a, b, c, make);

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(index => words[index]);

    private static async Task AssertAsync(HttpStatusCode expected, HttpResponseMessage answer) =>
        Assert.True(answer.StatusCode == expected, $"{answer.RequestMessage}: {await answer.Content.ReadAsStringAsync()}");

    private sealed record Kind(
        string Path,
        Func<string, (string Get, string Put)> Addresses,
        Func<string, Gen<JsonObject>> Bodies,
        string NameField = "name");
}
