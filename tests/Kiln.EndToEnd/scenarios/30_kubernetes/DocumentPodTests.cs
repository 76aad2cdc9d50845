using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The document's create example, unchanged, runs in a pod with everything in it: cluster, strategy, storage, cache, labels,
/// package, checkout with a login, make, an image in a registry with a login, outputs.</summary>
public sealed class DocumentPodTests(SharedCluster shared) : IDisposable
{
    private const string GitPassword = "t0ken-of-the-robot";
    private readonly Scratch _scratch = new();

    private string Namespace => $"document-{Path.GetFileName(_scratch.Path).ToLowerInvariant()}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task The_document_s_example_runs_unchanged_in_a_pod_and_again()
    {
        var cluster = await shared.GetAsync(Token);
        Assert.SkipUnless(cluster.IsOwn, "The storage class \"cfs\" is made for a cluster of the test's own only.");
        await using var registry = await ImageRegistry.StartAsync(_scratch, cluster.Address, Token);
        await using var site = new FileSite(GoPackage.Archive(), cluster.Address);
        var repositories = new GitDirectory(_scratch);
        var commit = Commit(repositories);
        await using var git = new GitHost(repositories, GitPassword, address: cluster.Address);
        await PrepareAsync(cluster);
        await using var server = await KilnServer.StartAsync(
            _scratch, cluster.Address, ["--capacity", "0", "--pod-image", cluster.AgentImage], [], Token);
        await DefineAsync(server, cluster, registry, site, $"http://{cluster.Address}:{git.Port}");
        var builds = new BuildDriver(server);

        var firstId = await StartRunAsync(builds);
        var pod = await PodAsync(cluster, builds, firstId);
        var first = await builds.EndAsync(firstId, Token);
        var second = await builds.EndAsync(await StartRunAsync(builds), Token);

        Assert.True(first.Status == RunStatus.Passed, await ExplainAsync(builds, first));
        Assert.Equal(commit, first.Repos.Single().CommitId);
        var image = Output(first, "IMAGE");
        Assert.StartsWith($"{registry.Host}/team/service1:", image);
        Assert.Equal(await registry.DigestAsync(image, Token), Output(first, "IMAGE_DIGEST"));
        Assert.Contains("hello from api", await LogAsync(builds, first.RunId));
        Assert.DoesNotContain(ImageRegistry.Password, await LogAsync(builds, first.RunId));
        Assert.DoesNotContain(GitPassword, await LogAsync(builds, first.RunId));
        Assert.DoesNotContain("abc123", await LogAsync(builds, first.RunId));

        Assert.Equal("abc", (string?)pod["metadata"]!["labels"]!["test-a"]);
        Assert.Equal("abc", (string?)pod["metadata"]!["annotations"]!["test-a"]);
        var build = pod["spec"]!["containers"]!.AsArray().Single(container => (string?)container!["name"] == "build")!;
        Assert.Equal(("1", "2000Mi"), ((string?)build["resources"]!["limits"]!["cpu"], (string?)build["resources"]!["limits"]!["memory"]));
        Assert.Contains(build["volumeMounts"]!.AsArray(), mount => ((string?)mount!["mountPath"], (string?)mount["subPath"]) == ("/workspace", "yaml"));
        Assert.NotNull(pod["spec"]!["affinity"]!["nodeAffinity"]!["preferredDuringSchedulingIgnoredDuringExecution"]);

        // Its storage lies where its cache would, and goes with its run.
        Assert.True(second.Status == RunStatus.Passed, await ExplainAsync(builds, second));
        Assert.NotEqual(image, Output(second, "IMAGE"));
        await cluster.GoneAsync(Namespace, "pod", $"kiln/run={second.RunId}", Token);
        await cluster.GoneAsync(Namespace, "pvc", $"kiln/run={second.RunId}", Token);
    }

    private async Task PrepareAsync(KubernetesCluster cluster)
    {
        await cluster.ApplyAsync($"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {Namespace}}}", Token);
        await cluster.ApplyAsync("""
            apiVersion: storage.k8s.io/v1
            kind: StorageClass
            metadata: {name: cfs}
            provisioner: kubernetes.io/host-path
            """, Token);
    }

    private async Task DefineAsync(KilnServer server, KubernetesCluster cluster, ImageRegistry registry, FileSite site, string git)
    {
        await server.PostAsync("openapi/projects/project", new JsonObject { ["project_key"] = "yaml", ["project_name"] = "yaml" }, Token);
        await server.PostAsync("openapi/system/codehosts", new JsonObject
        {
            ["name"] = "gitlab",
            ["type"] = "gitlab",
            ["address"] = git,
            ["auth_type"] = "password",
            ["username"] = "robot",
            ["password"] = GitPassword,
        }, Token);
        await server.PostAsync("openapi/system/packages", new JsonObject
        {
            ["name"] = "go",
            ["version"] = "1.20.7",
            ["scripts"] = "tar -C $HOME -xzf ${FILEPATH}",
            ["bin_path"] = "$HOME/go/bin",
            ["download_path"] = $"{site.Address}/go1.20.7.linux-amd64.tar.gz",
            ["sha256"] = site.Sha256,
        }, Token);
        await server.PostAsync("openapi/system/cluster", new JsonObject
        {
            ["name"] = "local-20250523164625",
            ["type"] = "kubeconfig",
            ["kube_config"] = cluster.Kubeconfig,
            ["namespace"] = Namespace,
            ["strategies"] = JsonNode.Parse("""
                [{"strategy_name":"优先调度","strategy":"preferred","node_labels":[{"key":"kiln.test/node","operator":"In","value":["node2"]}]}]
                """),
            ["cache"] = new JsonObject
            {
                ["medium_type"] = "nfs",
                ["provision_type"] = "dynamic",
                ["storage_class"] = KubernetesCluster.StorageClass,
                ["storage_size_in_gib"] = 1,
            },
        }, Token);
        using var image = await server.Http.PutAsJsonAsync(
            "openapi/system/build-images/ubuntu%2020.04", new JsonObject { ["label"] = "ubuntu 20.04", ["value"] = cluster.BuildImage }, Token);
        image.EnsureSuccessStatusCode();
        await server.UseAsync(registry.Host, ImageRegistry.Password, Token);
        var example = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Document", "create.json"), Token))!;
        await server.PostAsync("openapi/build?projectKey=yaml", example, Token);
    }

    private static string Commit(GitDirectory repositories)
    {
        const string repository = "kr-test-org1/multi-service-demo.git";
        repositories.Commit(repository, "refs/heads/main", "Makefile", "build-%:\n\tgo\n\techo $* > $*.txt\n");
        return repositories.Commit(repository, "refs/heads/main", "Dockerfile", "FROM scratch\nARG service\nCOPY ${service}.txt /\n");
    }

    private static Task<long> StartRunAsync(BuildDriver builds) =>
        builds.StartAsync("api-test", Token, new RunRequest { ServiceName = "service1", ServiceModule = "service1" });

    // While the run is on its way: afterwards there is no pod any more.
    private async Task<JsonNode> PodAsync(KubernetesCluster cluster, BuildDriver builds, long runId)
    {
        await builds.UntilAsync(runId, run => run.Status is RunStatus.Running or RunStatus.Prepare && run.Host.Length > 0, Token);
        return JsonNode.Parse(await cluster.KubectlAsync(
            Token, "get", "pod", "-n", Namespace, "-l", $"kiln/run={runId}", "-o", "json"))!["items"]![0]!;
    }

    private static async Task<string> LogAsync(BuildDriver builds, long runId) =>
        Encoding.UTF8.GetString(await builds.LogAsync(runId, "", Token));

    private static async Task<string> ExplainAsync(BuildDriver builds, RunView run) =>
        $"{run.Status}, {run.Reason}: {run.Message}\n{await LogAsync(builds, run.RunId)}";

    private static string Output(RunView run, string name) => run.Outputs.Single(output => output.Name == name).Value;
}
