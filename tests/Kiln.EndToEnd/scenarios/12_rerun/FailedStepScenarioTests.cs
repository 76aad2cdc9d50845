using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Runs that failed go on where they failed, whatever is killed in between.</summary>
public sealed class FailedStepScenarioTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_failed_run_goes_on_in_its_workspace_after_server_and_host_were_killed()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0");
        var kiln = new KilnClientProgram(_scratch, server);
        var builds = new BuildDriver(server);
        var agentToken = await server.NewAgentTokenAsync("keeper", Token);
        var fixedFile = _scratch["fixed"];
        await DefineAsync(builds, $"echo built >> {_scratch["built"]}; echo result > result", $"cat result; pwd; test -e {fixedFile}");
        RunView failed;
        await using (var agent = Join(server, agentToken))
        {
            (await kiln.RunAsync("run", "long", "--project", "yaml", "--keep-workspace", "1h", "--follow")).Expect(1);
            failed = await LastAsync(server);
            Assert.True(failed is { Status: RunStatus.Failed, Workspace.IsKept: true }, $"{failed}\n{agent.Errors}");
            Signal.Crash(agent.Process.Id);
            await agent.ExitAsync(Token);
        }
        var firstLog = await builds.LogAsync(failed.RunId, "post_script", Token);
        await server.CrashAsync(Token);
        await server.RestartAsync(Token);
        await File.WriteAllTextAsync(fixedFile, "", Token);

        (await kiln.RunAsync("retry", $"{failed.RunId}", "--from-failed")).Expect(0);
        await using var again = Join(server, agentToken);
        var run = await builds.EndAsync(failed.RunId, Token);

        Assert.True(run is { Status: RunStatus.Passed, Attempt: 2 }, $"{run}\n{again.Errors}");
        Assert.Equal(1, run.Steps.Single(static step => step.Name == "script").ReusedAttempt);
        Assert.Equal(firstLog, await builds.LogAsync(failed.RunId, "post_script", Token));
        Assert.Equal("built\n", await File.ReadAllTextAsync(_scratch["built"], Token));
        Assert.Contains("passed in attempt 1", (await kiln.RunAsync("runs", $"{failed.RunId}")).Expect(0).Output);
        await _scratch.EmptiedAsync("agent/kept", Token);
    }

    [Fact]
    public async Task An_agent_killed_amid_a_continued_attempt_is_followed_by_one_that_ends_it_and_what_fails_again_goes_on_again()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0");
        var kiln = new KilnClientProgram(_scratch, server);
        var builds = new BuildDriver(server);
        var agentToken = await server.NewAgentTokenAsync("keeper", Token);
        using var gate = new Gate(_scratch, "gate");
        await DefineAsync(builds, $"echo built >> {_scratch["built"]}; OUT=from-the-script", $$"""
            echo tried >> tries
            case $(wc -l < tries) in
              1) exit 4;;
              2) echo before; read -r _ < {{gate.Path}} || true; echo after; exit 5;;
              *) echo "$OUT";;
            esac
            """);
        long runId;
        await using (var first = Join(server, agentToken))
        {
            runId = (await FailAsync(builds)).RunId;
            (await kiln.RunAsync("retry", $"{runId}", "--from-failed")).Expect(0);
            await gate.ArrivedAsync(Token);
            Signal.Crash(first.Process.Id);
            await first.ExitAsync(Token);
        }
        gate.Open();

        await using var second = Join(server, agentToken);
        var failedAgain = await builds.EndAsync(runId, Token);
        Assert.True(
            failedAgain is { Status: RunStatus.Failed, Attempt: 2, Workspace.IsKept: true }, $"{failedAgain}\n{second.Errors}");
        Assert.Equal("The post-build script ended with exit code 5.", failedAgain.Message);
        Assert.Equal("before\nafter\n"u8.ToArray(), await builds.LogAsync(runId, "post_script", Token));
        (await kiln.RunAsync("retry", $"{runId}", "--from-failed", "--follow")).Expect(0);

        var run = await builds.GetAsync(runId, Token);
        Assert.True(run is { Status: RunStatus.Passed, Attempt: 3 }, $"{run}\n{second.Errors}");
        Assert.Equal(1, run.Steps.Single(static step => step.Name == "script").ReusedAttempt);
        Assert.Equal("from-the-script\n"u8.ToArray(), await builds.LogAsync(runId, "post_script", Token));
        Assert.Equal("from-the-script", run.Outputs.Single(static output => output.Name == "OUT").Value);
        Assert.Equal("built\n", await File.ReadAllTextAsync(_scratch["built"], Token));
        await _scratch.EmptiedAsync("agent/kept", Token);
    }

    [Fact]
    public async Task A_host_keeps_as_many_as_it_is_told_and_says_what_it_has_let_go_of()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0");
        var kiln = new KilnClientProgram(_scratch, server);
        var builds = new BuildDriver(server);
        var agentToken = await server.NewAgentTokenAsync("keeper", Token);
        await DefineAsync(builds, "true", "head -c ${SIZE:-10} /dev/zero > file; exit 1");
        await builds.DefineAsync("quick", "true", Token, InKeeper);
        RunView older, newer;
        await using (var agent = Join(server, agentToken, ("KILN_KEPT_COUNT", "1"), ("KILN_KEPT_LIMIT", "1M")))
        {
            older = await FailAsync(builds);
            newer = await FailAsync(builds);
            // A poll that began before the older one was swept may take the first of these, and none the second.
            for (var more = 0; more < 2; more++)
            {
                await builds.EndAsync(await builds.StartAsync("quick", Token), Token);
            }
            older = await builds.GetAsync(older.RunId, Token);
            Assert.True(older is { Status: RunStatus.Failed, Workspace.IsKept: false }, $"{older}\n{agent.Errors}");
            Assert.Contains("host keeper keeps at most 1 workspace and 1048576 bytes, and others are newer.", older.Workspace.Message);
            var refused = (await kiln.RunAsync("retry", $"{older.RunId}", "--from-failed")).Expect(2);
            Assert.Contains("Retry it from the beginning", refused.Errors);

            var large = await FailAsync(builds, new RunRequest { Inputs = [new RunInput("SIZE", "2000000")], KeepWorkspaceMinutes = 60 });
            Assert.Null(large.Workspace);
            Assert.Contains(
                "the workspace is not kept: it is more than this host keeps: at most 1 workspace and 1048576 bytes (KILN_KEPT_COUNT, KILN_KEPT_LIMIT)",
                Encoding.UTF8.GetString(await builds.LogAsync(large.RunId, "", Token)));
            Assert.Contains("was not kept", (await kiln.RunAsync("retry", $"{large.RunId}", "--from-failed")).Expect(2).Errors);
        }

        (await kiln.RunAsync("retry", $"{newer.RunId}", "--from-failed")).Expect(0);
        await using var keepsNone = Join(server, agentToken, ("KILN_KEPT_COUNT", "0"));
        var gone = await builds.EndAsync(newer.RunId, Token);

        Assert.True(gone is { Status: RunStatus.Failed, Reason: RunReason.WorkspaceGone, Attempt: 2 }, $"{gone}\n{keepsNone.Errors}");
        Assert.EndsWith("Retry the run from the beginning.", gone.Message);
        var anew = await EndOfAsync(kiln, builds, newer.RunId);
        Assert.True(anew is { Reason: RunReason.ScriptFailed, Attempt: 3, Workspace: null } && anew.Steps.All(static step => step.ReusedAttempt is null), $"{anew}");
        await _scratch.EmptiedAsync("agent/kept", Token);
    }

    [Fact]
    public async Task No_byte_of_a_secret_is_in_what_is_kept_and_the_next_attempt_has_them_all_again()
    {
        const string gitPassword = "git-s3cret-value", parameter = "parameter-s3cret-value", keyFile = "key-file-s3cret-value";
        var git = new GitDirectory(_scratch);
        git.Commit("team/shop.git", "refs/heads/main", "a.txt", "a");
        await using var host = new GitHost(git, gitPassword);
        await using var server = await KilnServer.StartAsync(
            _scratch, ["--demo", "--capacity", "0"], [("GIT_CONFIG_GLOBAL", git.Settings)], Token);
        await server.PostAsync("openapi/system/codehosts", new JsonObject
        {
            ["name"] = "private", ["type"] = "other", ["address"] = $"http://127.0.0.1:{host.Port}",
            ["auth_type"] = "password", ["username"] = "robot", ["password"] = gitPassword,
        }, Token);
        var builds = new BuildDriver(server);
        var agentToken = await server.NewAgentTokenAsync("keeper", Token);
        await using var agent = Join(server, agentToken, ("GIT_CONFIG_GLOBAL", git.Settings));
        await DefineAsync(
            builds, "OUT=\"https://x:$TOKEN@host\"; cat shop/a.txt",
            "test \"$OUT\" = \"https://x:$TOKEN@host\" && grep -q value \"$KEY\" && { test -e once || { touch once; exit 7; }; }",
            body =>
            {
                body["repo_info"] = new JsonArray(new JsonObject
                {
                    ["codehost_name"] = "private", ["repo_namespace"] = "team", ["repo_name"] = "shop", ["branch"] = "main",
                });
                body["parameters"] = new JsonArray(
                    new JsonObject { ["key"] = "TOKEN", ["type"] = "string", ["is_credential"] = true, ["default_value"] = parameter },
                    new JsonObject { ["key"] = "KEY", ["type"] = "file", ["is_credential"] = true, ["default_value"] = keyFile });
            });

        var failed = await FailAsync(builds);
        Assert.True(failed is { Workspace.IsKept: true }, $"{failed}\n{agent.Errors}");
        Assert.Equal("The post-build script ended with exit code 7.", failed.Message);
        await _scratch.EmptiedAsync("agent/runs", Token);

        var kept = Assert.Single(Directory.GetDirectories(_scratch["agent/kept"]));
        Assert.True(File.Exists(Path.Combine(kept, "workspace/shop/a.txt")));
        Assert.Empty(SecretScan.Find(_scratch["agent"], [gitPassword, parameter, keyFile]));
        var run = await EndOfAsync(new KilnClientProgram(_scratch, server), builds, failed.RunId, "--from-failed");
        Assert.True(run.Status == RunStatus.Passed, $"{run}\n{agent.Errors}");
        Assert.Equal("********", run.Outputs.Single(static output => output.Name == "OUT").Value);
    }

    private static void InKeeper(JsonObject body) => body["vm_labels"] = new JsonArray("keeper");

    /// <summary>Defines a build of two scripts for the host that keeps workspaces; it has an output and may be told a size.</summary>
    private static Task DefineAsync(BuildDriver builds, string script, string postScript, Action<JsonObject>? more = null) =>
        builds.DefineAsync("long", script, Token, body =>
        {
            InKeeper(body);
            body["post_build"] = new JsonObject { ["scripts"] = postScript };
            body["advanced_settings"] = new JsonObject { ["outputs"] = new JsonArray("OUT") };
            body["parameters"] = new JsonArray(new JsonObject { ["key"] = "SIZE", ["type"] = "string", ["default_value"] = "" });
            more?.Invoke(body);
        });

    private static async Task<RunView> FailAsync(BuildDriver builds, RunRequest? request = null)
    {
        var run = await builds.EndAsync(
            await builds.StartAsync("long", Token, request ?? new RunRequest { KeepWorkspaceMinutes = 60 }), Token);
        Assert.Equal(RunStatus.Failed, run.Status);
        return run;
    }

    private static async Task<RunView> EndOfAsync(KilnClientProgram kiln, BuildDriver builds, long runId, params string[] options)
    {
        (await kiln.RunAsync(["retry", $"{runId}", .. options])).Expect(0);
        return await builds.EndAsync(runId, Token);
    }

    private static async Task<RunView> LastAsync(KilnServer server)
    {
        var runs = JsonNode.Parse(await server.Http.GetStringAsync("openapi/runs?pageSize=1", Token))!;
        return await new BuildDriver(server).GetAsync((long)runs["runs"]![0]!["run_id"]!, Token);
    }

    private RunningProgram Join(KilnServer server, string token, params (string Name, string Value)[] environment) => RunningProgram.Start(
        Binaries.Agent,
        [
            "--server", server.Address.AbsoluteUri, "--token", token, "--name", "keeper", "--labels", "keeper", "--capacity", "1",
            "--data", _scratch["agent"],
        ],
        _scratch.Path,
        environment);
}
