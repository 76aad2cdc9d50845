using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;
using Kiln.Tests.Fixtures;

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

        Assert.Contains(" on node2,", Encoding.UTF8.GetString(await pods.Builds.LogAsync(second.RunId, "", Token)));
        Assert.Equal(RunStatus.Passed, rather.Status);
        Assert.Contains("2 nodes", waiting.Message);
        await pods.Builds.CancelAsync(nowhere, Token);
        await pods.Builds.EndAsync(nowhere, Token);
    }

    [Fact]
    public async Task A_tainted_node_takes_the_run_whose_strategy_tolerates_it_and_no_other()
    {
        var cluster = await shared.GetAsync(Token);
        Assert.SkipUnless(cluster.IsOwn, "The nodes of a given cluster are not for tests to taint.");
        var tolerant = Strategy("tolerant", "required", "node2");
        tolerant["tolerations"] = "- {key: kiln.test/reserved, operator: Equal, value: builds, effect: NoSchedule}\n";
        await using var pods = await PodServer.StartAsync(cluster, _scratch, "place-taint", Token, body => body["strategies"] = new JsonArray(
            tolerant, Strategy("other", "required", "node2")));
        await cluster.KubectlAsync(Token, "taint", "node", "node2", "kiln.test/reserved=builds:NoSchedule");
        try
        {
            var run = await RunAsync(pods, "place-tolerant", "tolerant");
            await pods.Builds.DefineAsync("place-other", "true", Token, PodServer.InPod(settings => settings["strategy_name"] = "other"));
            var other = await pods.Builds.StartAsync("place-other", Token);
            var waiting = await pods.Builds.UntilAsync(other, run => run.Reason == RunReason.PodUnschedulable, Token);

            Assert.Contains(" on node2,", Encoding.UTF8.GetString(await pods.Builds.LogAsync(run.RunId, "", Token)));
            Assert.Contains("taint {kiln.test/reserved: builds}", waiting.Message);
            await cluster.KubectlAsync(Token, "taint", "node", "node2", "kiln.test/reserved-");
            Assert.Equal(RunStatus.Passed, (await pods.Builds.EndAsync(other, Token)).Status);
        }
        finally
        {
            // Also when it is there no more.
            await cluster.KubectlAsync(
                CancellationToken.None, "patch", "node", "node2", "--type=merge", "-p", "{\"spec\":{\"taints\":null}}");
        }
    }

    [Fact]
    public async Task A_second_run_finds_the_cache_of_the_first_in_the_object_storage_of_the_cluster()
    {
        var cluster = await shared.GetAsync(Token);
        await using var storage = await S3Server.StartAsync(_scratch["s3"], cluster.Address);
        await using var pods = await PodServer.StartAsync(cluster, _scratch, "place-object", Token);
        await pods.Server.PostAsync("openapi/system/object-storages", new JsonObject
        {
            ["name"] = "files", ["endpoint"] = storage.Endpoint, ["bucket"] = S3Server.Bucket, ["ak"] = S3Server.AccessKey,
            ["sk"] = S3Server.SecretKey, ["insecure"] = true,
        }, Token);
        await pods.ChangeClusterAsync(
            body => body["cache"] = new JsonObject { ["medium_type"] = "object", ["object_storage"] = "files" }, Token);
        await pods.Builds.DefineAsync(
            "cache", "cat deps/file 2>/dev/null\nmkdir -p deps\necho cached > deps/file\nenv | grep S3RVER\ntrue", Token, PodServer.InPod(settings =>
                settings["cache_setting"] = new JsonObject { ["enabled"] = true, ["cache_dir"] = "$WORKSPACE/deps" }));

        var first = await pods.Builds.EndAsync(await pods.Builds.StartAsync("cache", Token), Token);
        await pods.PodGoneAsync(first.RunId, Token);
        var second = await pods.Builds.EndAsync(await pods.Builds.StartAsync("cache", Token), Token);

        Assert.True(first.Status == RunStatus.Passed, await ExplainAsync(pods, first));
        Assert.True(second.Status == RunStatus.Passed, await ExplainAsync(pods, second));
        // Of the storage's keys the script sees nothing.
        Assert.Empty(await pods.Builds.LogAsync(first.RunId, "script", Token));
        Assert.Equal("cached\n"u8.ToArray(), await pods.Builds.LogAsync(second.RunId, "script", Token));
    }

    [Fact]
    public async Task What_a_dead_server_left_in_the_cluster_is_swept_and_told()
    {
        var cluster = await shared.GetAsync(Token);
        await using var pods = await PodServer.StartAsync(cluster, _scratch, "place-sweep", Token);
        using var gate = new NetworkGate(cluster);
        await pods.Builds.DefineAsync("sweep", gate.Wait, Token, PodServer.InPod());
        var runId = await pods.Builds.StartAsync("sweep", Token);
        await gate.ArrivedAsync(Token);
        var owner = await pods.KubectlAsync(Token, "get", "job", "-o", "jsonpath={.items[0].metadata.labels.kiln/server}");

        await pods.Server.CrashAsync(Token);
        await cluster.ApplyAsync(Orphans("place-sweep", owner), Token);
        await pods.Server.RestartAsync(Token);

        await cluster.GoneAsync("place-sweep", "job,secret", "kiln/run=900", Token);
        gate.Open();
        Assert.Equal(RunStatus.Passed, (await pods.Builds.EndAsync(runId, Token)).Status);
        Assert.Contains("still had objects of run 900", pods.Server.Log);
        Assert.Contains("kiln_pods_swept_total 1", await pods.Server.Http.GetStringAsync("metrics", Token));
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
                new JsonObject { ["provision_type"] = "static", ["pvc"] = "team-files", ["mount_path"] = "/team", ["subpath"] = "" }),
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

    [Fact]
    public async Task A_second_run_finds_the_cache_of_the_first_on_the_cluster_s_claim()
    {
        var cluster = await shared.GetAsync(Token);
        await using var pods = await PodServer.StartAsync(cluster, _scratch, "place-cache", Token, body => body["cache"] = new JsonObject
        {
            ["medium_type"] = "nfs",
            ["provision_type"] = "dynamic",
            ["storage_class"] = KubernetesCluster.StorageClass,
            ["storage_size_in_gib"] = 1,
        });
        await pods.Builds.DefineAsync("cache", "cat /cache/file 2>/dev/null\necho cached > /cache/file", Token, PodServer.InPod(settings =>
            settings["cache_setting"] = new JsonObject { ["enabled"] = true, ["cache_dir"] = "/cache" }));

        var first = await pods.Builds.EndAsync(await pods.Builds.StartAsync("cache", Token), Token);
        var second = await pods.Builds.EndAsync(await pods.Builds.StartAsync("cache", Token), Token);
        var third = await pods.Builds.EndAsync(await pods.Builds.StartAsync("cache", Token, new RunRequest { IgnoreCache = true }), Token);

        Assert.True(first.Status == RunStatus.Passed, await ExplainAsync(pods, first));
        Assert.Empty(await pods.Builds.LogAsync(first.RunId, "script", Token));
        Assert.Equal("cached\n"u8.ToArray(), await pods.Builds.LogAsync(second.RunId, "script", Token));
        Assert.Empty(await pods.Builds.LogAsync(third.RunId, "script", Token));
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
        ["subpath"] = "",
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

    // As the server makes them, of a run that no catalogue knows any more.
    private static string Orphans(string @namespace, string owner)
    {
        var metadata = $"{{namespace: {@namespace}, name: kiln-900-1-1, labels: {{app.kubernetes.io/managed-by: kiln, kiln/server: \"{owner}\", "
            + "kiln/run: \"900\", kiln/attempt: \"1\", kiln/fence: \"1\"}}";
        return $$"""
            apiVersion: v1
            kind: Secret
            metadata: {{metadata}}
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: {{metadata}}
            spec:
              template:
                spec:
                  restartPolicy: Never
                  containers: [{name: build, image: "kiln.test/shell:1", command: [sleep, "86393"]}]
            """;
    }

    private static async Task<string> ExplainAsync(PodServer pods, RunView run) =>
        $"{run.Status}, {run.Reason}: {run.Message}\n{Encoding.UTF8.GetString(await pods.Builds.LogAsync(run.RunId, "", Token))}";
}
