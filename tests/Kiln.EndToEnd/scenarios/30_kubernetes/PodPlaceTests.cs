using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Where a run's pod goes and what it is given there.</summary>
public sealed class PodPlaceTests(SharedCluster shared) : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_required_strategy_chooses_the_node_and_an_impossible_one_says_so()
    {
        var cluster = await shared.GetAsync(Token);
        Assert.SkipUnless(cluster.IsOwn, "The labels of a given cluster's nodes are not known.");
        await using var pods = await PodServer.StartAsync(cluster, _scratch, "place-strategy", Token, body => body["strategies"] = new JsonArray(
            Strategy("second", "required", "node2"), Strategy("nowhere", "required", "node9"), Strategy("rather", "preferred", "node9")));

        var second = await RunAsync(pods, "place-second", "second");
        var rather = await RunAsync(pods, "place-rather", "rather");
        await pods.Builds.DefineAsync("place-nowhere", "true", Token, PodServer.InPod(settings => settings["strategy_name"] = "nowhere"));
        var nowhere = await pods.Builds.StartAsync("place-nowhere", Token);
        var waiting = await pods.Builds.UntilAsync(nowhere, run => run.Reason == RunReason.PodUnschedulable, Token);

        Assert.Contains("node2", second.Host);
        Assert.Equal(RunStatus.Passed, rather.Status);
        Assert.Contains("2 nodes", waiting.Message);
        await pods.Builds.CancelAsync(nowhere, Token);
        await pods.Builds.EndAsync(nowhere, Token);
    }

    [Fact]
    public async Task A_build_keeps_its_volume_and_gives_back_what_is_temporary()
    {
        var cluster = await shared.GetAsync(Token);
        await using var pods = await PodServer.StartAsync(cluster, _scratch, "place-volumes", Token);
        await cluster.ApplyAsync(Claim("place-volumes", "team-files"), Token);
        var settings = PodServer.InPod(settings => settings["storages"] = new JsonObject
        {
            ["enabled"] = true,
            ["storages_properties"] = new JsonArray(
                Storage("/kept", isTemporary: false), Storage("/passing", isTemporary: true),
                new JsonObject { ["provision_type"] = "static", ["pvc"] = "team-files", ["mount_path"] = "/team" }),
        });
        await AllowStaticAsync(pods);
        await pods.Builds.DefineAsync(
            "volumes", "cat /kept/file /passing/file /team/file 2>/dev/null\nfor d in kept passing team; do echo $d > /$d/file; done\n:", Token, settings);

        var first = await pods.Builds.EndAsync(await pods.Builds.StartAsync("volumes", Token), Token);
        await pods.PodGoneAsync(first.RunId, Token);
        await cluster.GoneAsync("place-volumes", "pvc", $"kiln/run={first.RunId}", Token);
        var second = await pods.Builds.EndAsync(await pods.Builds.StartAsync("volumes", Token), Token);

        Assert.True(first.Status == RunStatus.Passed, await ExplainAsync(pods, first));
        Assert.True(second.Status == RunStatus.Passed, await ExplainAsync(pods, second));
        Assert.Equal("kept\nteam\n", Encoding.UTF8.GetString(await pods.Builds.LogAsync(second.RunId, "script", Token)));
        var claims = await pods.KubectlAsync(Token, "get", "pvc", "-o", "name");
        Assert.Contains("team-files", claims);
    }

    private static async Task<RunView> RunAsync(PodServer pods, string build, string strategy)
    {
        var run = await pods.Builds.RunAsync(build, "true", Token, PodServer.InPod(settings => settings["strategy_name"] = strategy));
        Assert.True(run.Status == RunStatus.Passed, await ExplainAsync(pods, run));
        return run;
    }

    private static async Task AllowStaticAsync(PodServer pods)
    {
        using var answer = await pods.Server.Http.PutAsync(
            "openapi/projects/project?projectKey=yaml",
            new StringContent("""{"project_key":"yaml","project_name":"yaml","allowed_settings":["static_pvcs"]}""", Encoding.UTF8, "application/json"),
            Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    private static JsonObject Strategy(string name, string kind, string node) => new()
    {
        ["strategy_name"] = name,
        ["strategy"] = kind,
        ["node_labels"] = new JsonArray(new JsonObject { ["key"] = "kiln.test/node", ["operator"] = "In", ["value"] = new JsonArray(node) }),
    };

    private static JsonObject Storage(string path, bool isTemporary) => new()
    {
        ["provision_type"] = "dynamic",
        ["is_temporary"] = isTemporary,
        ["mount_path"] = path,
        ["storage_class"] = KubernetesCluster.StorageClass,
        ["storage_size_in_gib"] = 1,
        ["access_mode"] = "ReadWriteOnce",
    };

    private static string Claim(string @namespace, string name) => $"""
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          name: {name}
          namespace: {@namespace}
        spec:
          accessModes: [ReadWriteOnce]
          resources:
            requests:
              storage: 1Gi
        """;

    private static async Task<string> ExplainAsync(PodServer pods, RunView run) =>
        $"{run.Status}, {run.Reason}: {run.Message}\n{Encoding.UTF8.GetString(await pods.Builds.LogAsync(run.RunId, "", Token))}";
}
