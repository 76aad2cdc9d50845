using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Each step on a host whose real, small disk gets full under it: the step is named, and that it was the disk.</summary>
public sealed class StepDiskTests : IDisposable
{
    private const int Megabytes = 32;
    private const int TooMuch = 40 << 20;
    private readonly Scratch _scratch = new();
    private readonly SmallDisk? _disk;

    public StepDiskTests() => _disk = SmallDisk.Mount(_scratch, "agent", Megabytes);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _scratch.Dispose();
        _disk?.Dispose();
    }

    [Fact]
    public async Task A_checkout()
    {
        var repositories = new GitDirectory(_scratch);
        repositories.Commit("team/shop.git", "refs/heads/main", "big", Convert.ToBase64String(RandomNumberGenerator.GetBytes(TooMuch)));
        await using var git = new GitHost(repositories);

        var run = await RunAsync(body => body["repo_info"] = new JsonArray(new JsonObject
        {
            ["codehost_name"] = "git", ["repo_namespace"] = "team", ["repo_name"] = "shop", ["branch"] = "main",
        }), server => server.PostAsync("openapi/system/codehosts", new JsonObject
        {
            ["name"] = "git", ["type"] = "other", ["address"] = $"http://127.0.0.1:{git.Port}",
        }, Token));

        Fails(run, "checkout", $"Fetching main of team/shop on 127.0.0.1:{git.Port} failed: the host's disk is full.");
    }

    [Fact]
    public async Task A_package()
    {
        await using var site = new FileSite(new byte[TooMuch]);

        var run = await RunAsync(
            body => body["installs"] = new JsonArray(new JsonObject { ["name"] = "tool", ["version"] = "1.0" }),
            server => server.PostAsync("openapi/system/packages", new JsonObject
            {
                ["name"] = "tool", ["version"] = "1.0", ["download_path"] = $"{site.Address}/tool", ["sha256"] = site.Sha256,
            }, Token));

        Fails(run, "installs", "The file of tool 1.0 cannot be stored: the host's disk is full.");
    }

    [Fact]
    public async Task A_post_build_script()
    {
        var run = await RunAsync(body => body["post_build"] = new JsonObject { ["scripts"] = "head -c 100M /dev/zero > filling" });

        Fails(run, "post_script", "The post-build script ended with exit code 1, and the disk of small is full.");
    }

    [Fact]
    public async Task An_image()
    {
        Directory.CreateDirectory(_scratch["agent"]);
        var environment = await ImageHost.EnvironmentAsync(_scratch, Token, storage: "agent/images");
        await using var registry = await ImageRegistry.StartAsync(_scratch, Token);

        var run = await RunAsync(
            body =>
            {
                body["build_script"] = "head -c 12M /dev/urandom > big; printf 'FROM scratch\\nCOPY big /\\n' > Dockerfile";
                body["docker_build_step"] = new JsonObject
                {
                    ["dockerfile_source"] = "local", ["dockerfile_directory"] = "", ["build_context_dir"] = "", ["build_args"] = "",
                };
            },
            server => server.UseAsync(registry.Host, ImageRegistry.Password, Token),
            environment);

        Fails(run, "image", "Building the image failed: the disk of small is full.");
    }

    [Fact]
    public async Task A_cache_that_has_no_room_is_said_and_fails_nothing()
    {
        Assert.SkipWhen(_disk is null, "this user may not mount a small disk");
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0");
        await using var agent = await server.JoinAsync(_scratch, "small", [], Token);
        var builds = new BuildDriver(server);
        await builds.DefineAsync("caches", "mkdir -p deps; [ -e deps/new ] || head -c 20M /dev/zero > deps/new", Token, Caching);
        var first = await builds.EndAsync(await builds.StartAsync("caches", Token), Token);
        Assert.True(first.Status == RunStatus.Passed, $"{first}\n{agent.Errors}");

        _disk.Take(16);
        await builds.DefineAsync("kept", "mkdir -p deps; head -c 10M /dev/urandom > deps/new", Token, Caching);
        var save = await builds.EndAsync(await builds.StartAsync("kept", Token), Token);
        var restore = await builds.EndAsync(await builds.StartAsync("caches", Token), Token);

        Assert.Equal("saved", Step(first, "cache_save").Cache?.Result);
        Assert.True(save.Status == RunStatus.Passed, $"{save}");
        Assert.Equal(("failed", "failed: the disk of small is full"), (Step(save, "cache_save").Cache?.Result, Step(save, "cache_save").Message));
        Assert.Equal(
            ("failed", "failed: the disk of small is full"),
            (Step(restore, "cache_restore").Cache?.Result, Step(restore, "cache_restore").Message));
        Assert.Contains(
            "cache: could not be restored; the run goes on without it: the disk of small is full",
            Encoding.UTF8.GetString(await builds.LogAsync(restore.RunId, "cache_restore", Token)));
    }

    [Fact]
    public async Task An_archive_waits_for_the_server_s_room_and_says_so()
    {
        using var kept = SmallDisk.Mount(_scratch, "kept", megabytes: 2);
        Assert.SkipWhen(kept is null, "this user may not mount a small disk");
        await using var server = await KilnServer.StartAsync(_scratch, ["--demo", "--artifacts", kept.Path], [], Token);
        var builds = new BuildDriver(server);
        await builds.DefineAsync("archives", "head -c 4M /dev/urandom > app.bin; PKG_FILE=app.bin", Token, body =>
            body["post_build"] = new JsonObject { ["file_archive"] = new JsonObject { ["file_location"] = "$WORKSPACE" } });
        var runId = await builds.StartAsync("archives", Token);

        var waiting = await builds.UntilAsync(runId, run => run.Reason is not ("" or RunReason.Starting), Token);
        kept.Resize(32);
        var run = await builds.EndAsync(runId, Token);

        Assert.Equal(
            (RunReason.DiskFull, "Its package cannot be stored yet: The disk that keeps artifacts is full."), (waiting.Reason, waiting.Message));
        Assert.True((RunStatus.Passed, "") == (run.Status, run.Reason), $"{run}");
        Assert.Equal(1, run.Artifacts);
    }

    private async Task<RunView> RunAsync(
        Action<JsonObject> change, Func<KilnServer, Task>? prepare = null, (string Name, string Value)[]? environment = null)
    {
        Assert.SkipWhen(_disk is null, "this user may not mount a small disk");
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0");
        await using var agent = await server.JoinAsync(_scratch, "small", environment ?? [], Token);
        await (prepare?.Invoke(server) ?? Task.CompletedTask);
        return await new BuildDriver(server).RunAsync("fills", "true", Token, change);
    }

    private static void Fails(RunView run, string step, string message)
    {
        Assert.True((RunStatus.Failed, RunReason.DiskFull, message) == (run.Status, run.Reason, run.Message), $"{run.Status} {run.Reason} {run.Message}");
        Assert.Equal(step, run.Steps.Single(other => other.Status == StepStatus.Failed).Name);
    }

    private static RunStepView Step(RunView run, string name) => run.Steps.Single(step => step.Name == name);

    private static void Caching(JsonObject body) => body["advanced_settings"] = new JsonObject
    {
        ["cache_setting"] = new JsonObject { ["enabled"] = true, ["cache_dir"] = "deps" },
    };
}
