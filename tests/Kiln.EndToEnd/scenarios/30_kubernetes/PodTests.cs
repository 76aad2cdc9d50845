using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>A run in a pod is what a run on a host is: its script's own bytes and exit code, and a clean end.</summary>
public sealed class PodTests(SharedCluster shared, PodServerFixture fixture) : IClassFixture<PodServerFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_script_runs_in_the_image_that_the_build_names()
    {
        var pods = await fixture.GetAsync(shared, Token);

        var run = await pods.Builds.RunAsync("pod-plain", ". /etc/os-release; echo \"$ID $VERSION_ID\"", Token, PodServer.InPod());

        Assert.True(run.Status == RunStatus.Passed, await ExplainAsync(pods, run));
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("debian 12\n", await ScriptLogAsync(pods, run));
        await pods.PodGoneAsync(run.RunId, Token);
    }

    [Fact]
    public async Task An_image_that_has_nothing_but_a_shell_will_do()
    {
        var pods = await fixture.GetAsync(shared, Token);
        await pods.Server.PostAsync(
            "openapi/system/build-images", new JsonObject { ["label"] = "shell", ["value"] = "kiln.test/shell:1" }, Token);

        var run = await pods.Builds.RunAsync("pod-shell", "echo in $0\nbusybox | head -n 1 | cut -c 1-7", Token, PodServer.InPod(image: "shell"));

        Assert.True(run.Status == RunStatus.Passed, await ExplainAsync(pods, run));
        Assert.EndsWith("BusyBox\n", await ScriptLogAsync(pods, run));
    }

    [Fact]
    public async Task Fifty_megabytes_of_any_bytes_arrive_as_they_were_written()
    {
        var pods = await fixture.GetAsync(shared, Token);

        var run = await pods.Builds.RunAsync(
            "pod-log",
            "head -c 52428800 /dev/urandom > \"$TMPDIR/bytes\"\nSUM=$(sha256sum < \"$TMPDIR/bytes\" | cut -d' ' -f1)\ncat \"$TMPDIR/bytes\"",
            Token,
            PodServer.InPod(settings => settings["outputs"] = new JsonArray("SUM")));

        Assert.True(run.Status == RunStatus.Passed, $"{run.Reason}: {run.Message}");
        var log = await pods.Builds.LogAsync(run.RunId, "script", Token);
        Assert.Equal(50 * 1024 * 1024, log.Length);
        Assert.Equal(run.Outputs.Single(output => output.Name == "SUM").Value, Convert.ToHexStringLower(SHA256.HashData(log)));
    }

    [Fact]
    public async Task A_script_that_fails_shows_its_own_exit_code()
    {
        var pods = await fixture.GetAsync(shared, Token);

        var run = await pods.Builds.RunAsync("pod-failed", "echo broken\nexit 37", Token, PodServer.InPod());

        Assert.Equal((RunStatus.Failed, RunReason.ScriptFailed, 37), (run.Status, run.Reason, run.ExitCode));
        Assert.Equal("broken\n", await ScriptLogAsync(pods, run));
    }

    [Fact]
    public async Task A_run_that_was_to_keep_its_workspace_says_that_a_pod_keeps_none_and_why_it_cannot_go_on_there()
    {
        var pods = await fixture.GetAsync(shared, Token);

        var run = await pods.Builds.RunAsync("pod-kept", "exit 37", Token, body =>
        {
            PodServer.InPod()(body);
            body["run_policy"] = new JsonObject { ["keep_workspace_minutes"] = 30 };
        });
        var again = await pods.Server.Client.RetryRunAsync(run.RunId, new RetryRequest { From = RetryFrom.FailedStep }, Token);

        Assert.Equal((RunStatus.Failed, RunReason.ScriptFailed, null), (run.Status, run.Reason, run.Workspace));
        Assert.Contains(
            "In a pod these settings have no effect: keep_workspace_minutes.", Encoding.UTF8.GetString(await pods.Builds.LogAsync(run.RunId, "", Token)));
        Assert.Contains("ran in a pod, and its workspace (an emptyDir) went with the pod", again.ToString());
    }

    [Fact]
    public async Task A_cancelled_run_leaves_no_pod_and_no_process()
    {
        var pods = await fixture.GetAsync(shared, Token);
        using var gate = new NetworkGate(pods.Cluster);
        await pods.Builds.DefineAsync(
            "pod-cancel", $"trap '' TERM\nsetsid sleep 86391 &\nnohup sleep 86391 &\n{gate.Wait}\nsleep 86391", Token, PodServer.InPod());
        var runId = await pods.Builds.StartAsync("pod-cancel", Token);
        await gate.ArrivedAsync(Token);

        await pods.Builds.CancelAsync(runId, Token);

        var run = await pods.Builds.EndAsync(runId, Token);
        Assert.Equal((RunStatus.Cancelled, RunReason.CancelledByUser), (run.Status, run.Reason));
        await pods.PodGoneAsync(runId, Token);
        Assert.DoesNotContain(ProcessTable.All(), process => process.CommandLine.Contains("sleep 86391"));
    }

    [Fact]
    public async Task A_run_over_its_timeout_is_stopped_and_says_so()
    {
        var pods = await fixture.GetAsync(shared, Token);
        using var never = new NetworkGate(pods.Cluster);

        var run = await pods.Builds.RunAsync(
            "pod-timeout", $"echo waiting\n{never.Wait}", Token, PodServer.InPod(settings => settings["timeout"] = 1));

        Assert.Equal((RunStatus.Timeout, RunReason.RunTimeout), (run.Status, run.Reason));
        Assert.Equal("waiting\n", await ScriptLogAsync(pods, run));
        await pods.PodGoneAsync(run.RunId, Token);
    }

    [Fact]
    public async Task A_run_that_is_over_leaves_no_secret_behind()
    {
        var pods = await fixture.GetAsync(shared, Token);

        var run = await pods.Builds.RunAsync("pod-secret", "true", Token, PodServer.InPod());

        await pods.Cluster.GoneAsync(pods.Namespace, "secret", $"kiln/run={run.RunId}", Token);
    }

    private static async Task<string> ScriptLogAsync(PodServer pods, RunView run) =>
        Encoding.UTF8.GetString(await pods.Builds.LogAsync(run.RunId, "script", Token));

    private static async Task<string> ExplainAsync(PodServer pods, RunView run) =>
        $"{run.Reason}: {run.Message}\n{Encoding.UTF8.GetString(await pods.Builds.LogAsync(run.RunId, "", Token))}";
}
