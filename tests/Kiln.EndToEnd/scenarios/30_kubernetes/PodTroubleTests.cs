using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>What a cluster does to a run, or cannot do for it, has its own reason and a sentence that helps.</summary>
public sealed class PodTroubleTests(SharedCluster shared, PodServerFixture fixture) : IClassFixture<PodServerFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_script_that_needs_more_memory_than_its_limit_is_told_the_limit()
    {
        var pods = await fixture.GetAsync(shared, Token);

        var run = await pods.Builds.RunAsync(
            "trouble-memory", "echo begin\ntail /dev/zero", Token, PodServer.InPod(settings => settings["resource_spec"] = Memory(64)));

        Assert.True(run.Reason == RunReason.OomKilled, await ExplainAsync(pods, run));
        Assert.Contains("64", run.Message);
        Assert.StartsWith("begin\n", await LogAsync(pods, run.RunId, "script"));
    }

    [Fact]
    public async Task An_image_that_does_not_exist_is_refused_in_the_registry_s_words()
    {
        using var scratch = new Scratch();
        var pods = await fixture.GetAsync(shared, Token);
        await using var registry = await ImageRegistry.StartAsync(scratch, pods.Cluster.Address, Token);
        await pods.Cluster.TrustAsync(registry.Host, Token);
        await ImageAsync(pods, "absent", $"{registry.Host}/team/absent:1");

        var run = await pods.Builds.RunAsync("trouble-image", "true", Token, PodServer.InPod(image: "absent"));

        Assert.True(run.Reason == RunReason.ImagePullFailed, await ExplainAsync(pods, run));
        Assert.Contains($"{registry.Host}/team/absent:1", run.Message);
        Assert.Contains("uthoriz", run.Message); // it wants a login: the registry says so before it says what it has
    }

    [Fact]
    public async Task A_run_that_no_node_has_room_for_waits_and_says_what_each_lacks()
    {
        var pods = await fixture.GetAsync(shared, Token);
        await pods.Builds.DefineAsync("trouble-cpu", "true", Token, PodServer.InPod(settings =>
            settings["resource_spec"] = new JsonObject { ["cpu_req"] = 64_000, ["cpu_limit"] = 64_000, ["memory_req"] = 16, ["memory_limit"] = 64 }));
        var runId = await pods.Builds.StartAsync("trouble-cpu", Token);

        var run = await pods.Builds.UntilAsync(runId, run => run.Reason == RunReason.PodUnschedulable, Token);

        Assert.Contains("cpu", run.Message);
        await pods.Builds.CancelAsync(runId, Token);
        Assert.Equal(RunStatus.Cancelled, (await pods.Builds.EndAsync(runId, Token)).Status);
        await pods.PodGoneAsync(runId, Token);
    }

    [Fact]
    public async Task A_run_whose_namespace_is_full_waits_for_its_quota_and_then_runs()
    {
        using var scratch = new Scratch();
        var cluster = await shared.GetAsync(Token);
        await using var pods = await PodServer.StartAsync(cluster, scratch, "trouble-quota", Token);
        await pods.KubectlAsync(Token, "create", "quota", "none", "--hard=pods=0");
        await pods.Builds.DefineAsync("quota", "echo at last", Token, PodServer.InPod());
        var runId = await pods.Builds.StartAsync("quota", Token);

        var waiting = await pods.Builds.UntilAsync(runId, run => run.Reason == RunReason.PodQuota, Token);
        Assert.Contains("quota", waiting.Message);
        await pods.KubectlAsync(Token, "delete", "resourcequota", "none");

        var run = await pods.Builds.EndAsync(runId, Token);
        Assert.True(run.Status == RunStatus.Passed, await ExplainAsync(pods, run));
    }

    [Fact]
    public async Task A_pod_that_somebody_deletes_is_named()
    {
        var pods = await fixture.GetAsync(shared, Token);
        using var gate = new NetworkGate(pods.Cluster);
        await pods.Builds.DefineAsync("trouble-deleted", $"echo begin\n{gate.Wait}", Token, PodServer.InPod());
        var runId = await pods.Builds.StartAsync("trouble-deleted", Token);
        await gate.ArrivedAsync(Token);

        await pods.KubectlAsync(Token, "delete", "pod", "-l", $"kiln/run={runId}", "--grace-period=0", "--force", "--wait=false");

        var run = await pods.Builds.EndAsync(runId, Token);
        Assert.True((run.Status, run.Reason) == (RunStatus.Lost, RunReason.PodDeleted), await ExplainAsync(pods, run));
        Assert.StartsWith("begin\n", await LogAsync(pods, runId, "script"));
    }

    [Fact]
    public async Task A_pod_that_writes_more_than_its_node_gives_it_is_evicted_and_says_why()
    {
        using var scratch = new Scratch();
        var cluster = await shared.GetAsync(Token);
        await using var pods = await PodServer.StartAsync(cluster, scratch, "trouble-evicted", Token);
        await pods.Cluster.ApplyAsync("""
            apiVersion: v1
            kind: LimitRange
            metadata: {name: disk, namespace: trouble-evicted}
            spec: {limits: [{type: Container, default: {ephemeral-storage: 50Mi}, defaultRequest: {ephemeral-storage: 1Mi}}]}
            """, Token);
        using var never = new NetworkGate(cluster);

        var run = await pods.Builds.RunAsync(
            "evicted", $"echo begin\nhead -c 300000000 /dev/zero > big\n{never.Wait}", Token, PodServer.InPod());

        Assert.True(run.Reason == RunReason.PodEvicted, await ExplainAsync(pods, run));
        Assert.Contains("ephemeral", run.Message);
    }

    private static JsonObject Memory(int mebibytes) =>
        new() { ["cpu_req"] = 10, ["cpu_limit"] = 1000, ["memory_req"] = 16, ["memory_limit"] = mebibytes };

    private static Task ImageAsync(PodServer pods, string label, string reference) => pods.Server.PostAsync(
        "openapi/system/build-images", new JsonObject { ["label"] = label, ["value"] = reference }, Token);

    private static async Task<string> LogAsync(PodServer pods, long runId, string step) =>
        Encoding.UTF8.GetString(await pods.Builds.LogAsync(runId, step, Token));

    private static async Task<string> ExplainAsync(PodServer pods, RunView run) =>
        $"{run.Status}, {run.Reason}: {run.Message}\n{await LogAsync(pods, run.RunId, "")}";
}
