using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;
using Kiln.Tests.Fixtures;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>A run that uses every kind of secret there is leaves none of them anywhere: not in log, database, cache, package,
/// image, registry, storage or leftovers; and while it runs they are in no arguments.</summary>
public sealed class SecretScanTests : IDisposable
{
    private const string Parameter = "parameter-s3cret-value";
    private const string KeyFile = "key-file-s3cret-value";
    private const string GitPassword = "git-s3cret-value";
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task No_byte_of_a_secret_is_left_anywhere()
    {
        var git = new GitDirectory(_scratch);
        git.Commit("team/shop.git", "refs/heads/main", "Dockerfile",
            "FROM scratch\nCOPY a.txt /a.txt\n");
        git.Commit("team/shop.git", "refs/heads/main", "a.txt", "a");
        await using var host = new GitHost(git, GitPassword);
        await using var registry = await ImageRegistry.StartAsync(_scratch, Token);
        await using var storage = await S3Server.StartAsync(_scratch["s3"]);
        string log;
        await using (var server = await KilnServer.StartAsync(
            _scratch, ["--demo"], await ImageHost.EnvironmentAsync(_scratch, Token), Token))
        {
            await server.UseAsync(registry.Host, ImageRegistry.Password, Token);
            await server.PostAsync("openapi/system/codehosts", new JsonObject
            {
                ["name"] = "private", ["type"] = "other", ["address"] = $"http://127.0.0.1:{host.Port}",
                ["auth_type"] = "password", ["username"] = "robot", ["password"] = GitPassword,
            }, Token);
            await server.PostAsync("openapi/system/object-storages", new JsonObject
            {
                ["name"] = "files", ["endpoint"] = storage.Endpoint, ["bucket"] = S3Server.Bucket, ["ak"] = S3Server.AccessKey,
                ["sk"] = S3Server.SecretKey, ["insecure"] = true, ["is_default"] = true,
            }, Token);
            var builds = new BuildDriver(server);
            var run = await builds.RunAsync("careful", Script, Token, Define);
            log = Encoding.UTF8.GetString(await builds.LogAsync(run.RunId, "", Token));

            Assert.True(run.Status == RunStatus.Passed, $"{run.Message}\n{log}");
            Assert.Contains("arguments are clean", log);
            Assert.Contains("********", log);
            Assert.Equal("********", run.Outputs.Single(output => output.Name == "LEAKY").Value);
            await server.InterruptAsync(Token);
        }

        Assert.Empty(SecretScan.Find(_scratch.Path, [Parameter, KeyFile, GitPassword, ImageRegistry.Password]));
    }

    // Looks into every process's arguments with a pattern that is in no argument itself.
    private const string Script = """
        echo "$TOKEN" | tee /dev/null
        base64 < "$KEY"
        cat "$KEY"; echo
        LEAKY="https://x:$TOKEN@host"
        printf '%s\n' "$TOKEN" "$DOCKER_REGISTRY_SK" "$(cat "$KEY")" > "$TMPDIR/patterns"
        for arguments in /proc/[0-9]*/cmdline; do
          tr '\0' ' ' < "$arguments" 2>/dev/null | grep -F -f "$TMPDIR/patterns" && echo "in $arguments" && exit 9
        done
        echo "arguments are clean"
        mkdir -p out deps; echo lib > deps/lib; tar czf "out/$PKG_FILE" -C shop a.txt
        """;

    private static void Define(JsonObject body)
    {
        body["repo_info"] = new JsonArray(new JsonObject
        {
            ["codehost_name"] = "private", ["repo_namespace"] = "team", ["repo_name"] = "shop", ["branch"] = "main",
        });
        body["parameters"] = new JsonArray(
            new JsonObject { ["key"] = "TOKEN", ["type"] = "string", ["is_credential"] = true, ["default_value"] = Parameter },
            new JsonObject { ["key"] = "KEY", ["type"] = "file", ["is_credential"] = true, ["default_value"] = KeyFile });
        body["advanced_settings"] = new JsonObject
        {
            ["outputs"] = new JsonArray("LEAKY"),
            ["cache_setting"] = new JsonObject { ["enabled"] = true, ["cache_dir"] = "deps" },
        };
        body["docker_build_step"] = new JsonObject
        {
            ["dockerfile_source"] = "local", ["dockerfile_directory"] = "shop/Dockerfile", ["build_context_dir"] = "shop",
            ["build_args"] = "", ["enable_buildkit"] = true, ["platforms"] = "",
        };
        body["post_build"] = new JsonObject
        {
            ["scripts"] = "echo after $TOKEN",
            ["file_archive"] = new JsonObject { ["file_location"] = "out" },
            ["object_storage_upload"] = new JsonObject
            {
                ["enabled"] = true, ["object_storage_id"] = "files",
                ["upload_detail"] = new JsonArray(new JsonObject { ["file_path"] = "out", ["dest_path"] = "$PROJECT/out" }),
            },
        };
    }
}
