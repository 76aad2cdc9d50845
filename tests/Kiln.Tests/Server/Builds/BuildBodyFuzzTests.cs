using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Builds;

/// <summary>
/// Ten thousand bodies over the whole server: whatever is sent, the answer is a success or an error that says why, and
/// what was refused is not stored.
/// </summary>
public sealed class BuildBodyFuzzTests
{
    private const int Cases = 10_000;

    private static readonly string[] Examples =
    [
        Example.Text("create.json"), Example.Text("create-from-template.json"),
        """
        {"service_name":"service1","service_module":"service1","repo_info":[{"codehost_name":"gitlab","repo_namespace":"kr-test-org1",
         "repo_name":"multi-service-demo","branch":"dev","prs":[1,2]}],"inputs":[{"key":"aa","choice_value":["a"]},{"key":"bb","value":"x"}],
         "registry":"","ignore_cache":true,"priority":1}
        """,
    ];

    private static readonly string[] Boundaries =
    [
        "null", "true", "false", "\"true\"", "\"\"", "\" \"", "0", "-1", "1", "\"1\"", "1.5", "1e400", "-0",
        "9223372036854775807", "9223372036854775808", "99999999999999999999999999", "2147483648", "[]", "{}", "[[]]", "[null]",
        "[{}]", "[{},{}]", "\"********\"", "\"../..\"", "\"/\"", "\"$WORKSPACE\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"",
        "\"构建\"", "\"a\\nb\"", "\"IMAGE\"", "\"dynmaic\"", "\"static\"", "\"multi-select\"", "\"template\"", "\"vm\"",
        "{\"key\":\"k\",\"value\":{}}", "[\"a\",1,null,{}]",
    ];

    private static readonly string[] Keys =
        ["name", "project_key", "services", "parameters", "advanced_settings", "repo_info", "x"];

    private static readonly Gen<string> Scalar = Gen.Int[0, Boundaries.Length - 1].Select(i => Boundaries[i]);

    private static readonly Gen<string> RandomJson = Gen.Recursive<string>((depth, deeper) => depth > 4
        ? Scalar
        : Gen.OneOf(
            Scalar,
            deeper.Array[0, 4].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(Gen.Int[0, Keys.Length - 1].Select(i => Keys[i]), deeper)
                .Array[0, 4].Select(pairs => $"{{{string.Join(',', pairs.Select(p => $"\"{p.Item1}\":{p.Item2}"))}}}")));

    private static readonly Gen<string> Body = Gen.OneOf(
        RandomJson,
        Gen.Select(Gen.Int[0, Examples.Length - 1], Gen.Select(Gen.Int[0, 10_000], RandomJson).Array[1, 5], Mutated),
        Gen.Select(Gen.Int[0, Examples.Length - 1], Gen.Int[0, 10_000], Gen.Byte, Broken),
        Gen.String);

    [Fact]
    public async Task No_body_breaks_the_server_or_is_half_stored()
    {
        await using var app = await KilnApp.StartAsync().WithDocumentCatalogueAsync();
        var runnable = Example.Create();
        runnable["name"] = "runnable";
        runnable["infrastructure"] = "vm";
        runnable["installs"] = new JsonArray();
        runnable.Remove("docker_build_step");
        await app.Admin.SendJsonAsync(HttpMethod.Post, "/openapi/build", runnable.ToJsonString());
        await Gen.Select(Gen.Int[0, 5], Body).SampleAsync(
            async call => await Check(app.Admin, call.Item1, call.Item2), iter: Cases, threads: 2);

        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/readyz")).StatusCode);
        foreach (var project in (string[])["yaml", "demo"])
        {
            var list = await (await app.Admin.GetAsync($"/openapi/build?projectKey={project}&pageSize=1000")).JsonAsync();
            foreach (var build in list["builds"]!.AsArray())
            {
                var name = Uri.EscapeDataString((string)build!["name"]!);
                var detail = await app.Admin.GetAsync($"/openapi/build/{name}/detail?projectKey={project}");
                Assert.Equal(HttpStatusCode.OK, detail.StatusCode);
            }
        }
    }

    private static async Task Check(HttpClient client, int call, string body)
    {
        var (method, path) = call switch
        {
            0 => (HttpMethod.Post, "/openapi/build?projectKey=yaml"),
            1 => (HttpMethod.Put, "/openapi/build?projectKey=yaml"),
            2 => (HttpMethod.Post, "/openapi/build?source=template"),
            3 => (HttpMethod.Put, "/openapi/build/demo-build/template?projectKey=demo"),
            4 => (HttpMethod.Post, "/openapi/templates/builds"),
            _ => (HttpMethod.Post, "/openapi/build/runnable/runs?projectKey=yaml"),
        };
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode is 200 or 202 or 400 or 404 or 409, $"{(int)answer.StatusCode} {text}\n{body}");
        var json = JsonNode.Parse(text)!;
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK:
                Assert.Equal("success", (string?)json["message"]);
                return;
            case HttpStatusCode.Accepted:
                Assert.True((long)json["run_id"]! > 0);
                return;
        }
        Assert.False(string.IsNullOrWhiteSpace((string?)json["description"]), body);
        Assert.Equal(answer.StatusCode == HttpStatusCode.BadRequest, json["extra"]!["errors"]!.AsArray().Count > 0);
    }

    /// <summary>An example with some of its values replaced.</summary>
    private static string Mutated(int example, (int Place, string Value)[] changes)
    {
        var text = Examples[example];
        foreach (var (place, value) in changes)
        {
            var body = JsonNode.Parse(text)!;
            var places = Places(body).ToList();
            var (parent, key) = places[place % places.Count];
            const string marker = "\"@@\"";
            if (parent is JsonObject map)
            {
                map[(string)key] = "@@";
            }
            else
            {
                parent.AsArray()[(int)key] = "@@";
            }
            text = body.ToJsonString().Replace(marker, value, StringComparison.Ordinal);
            if (!IsJson(text))
            {
                return text;
            }
        }
        return text;
    }

    /// <summary>An example with one byte overwritten.</summary>
    private static string Broken(int example, int place, byte value)
    {
        var bytes = Encoding.UTF8.GetBytes(Examples[example]);
        bytes[place % bytes.Length] = value;
        return Encoding.UTF8.GetString(bytes);
    }

    private static IEnumerable<(JsonNode Parent, object Key)> Places(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(p => Places(p.Value).Prepend((map, (object)p.Key))),
        JsonArray list => list.SelectMany((item, index) => Places(item).Prepend((list, (object)index))),
        _ => [],
    };

    private static bool IsJson(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject body && body.ToJsonString().Length > 0 && Places(body).ToList().Count > 0;
        }
        catch (Exception refused) when (refused is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
