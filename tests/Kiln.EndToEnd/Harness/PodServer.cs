using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Kiln.EndToEnd.Harness;

/// <summary>A server that runs builds in pods of a cluster, each in a namespace of the test's own.</summary>
public sealed class PodServer : IAsyncDisposable
{
    /// <summary>Name of the cluster in the server's catalogue.</summary>
    public const string ClusterName = "test-cluster";

    private readonly JsonObject _body;

    private PodServer(KilnServer server, KubernetesCluster cluster, string @namespace, JsonObject body)
    {
        _body = body;
        Server = server;
        Cluster = cluster;
        Namespace = @namespace;
        Builds = new BuildDriver(server);
    }

    public KilnServer Server { get; }

    public KubernetesCluster Cluster { get; }

    public string Namespace { get; }

    public BuildDriver Builds { get; }

    /// <summary>Starts one and registers the cluster with it.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="scratch">Where the server lives.</param>
    /// <param name="namespace">Namespace of its pods; made here, removed at the end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="more">Changes to the cluster's body before it is sent.</param>
    /// <param name="options">More options of the server.</param>
    public static async Task<PodServer> StartAsync(
        KubernetesCluster cluster,
        Scratch scratch,
        string @namespace,
        CancellationToken cancellationToken,
        Action<JsonObject>? more = null,
        params string[] options)
    {
        await cluster.ApplyAsync($"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {@namespace}}}", cancellationToken);
        var server = await KilnServer.StartAsync(
            scratch, cluster.Address, ["--demo", "--capacity", "0", "--grace", "2s", "--pod-image", cluster.AgentImage, "--pod-pull-timeout", "5s", .. options], [], cancellationToken);
        var body = new JsonObject
        {
            ["name"] = ClusterName,
            ["type"] = "kubeconfig",
            ["kube_config"] = cluster.Kubeconfig,
            ["namespace"] = @namespace,
        };
        more?.Invoke(body);
        await server.PostAsync("openapi/system/cluster", body, cancellationToken);
        await server.PostAsync("openapi/system/build-images", new JsonObject { ["label"] = "debian", ["value"] = cluster.BuildImage }, cancellationToken);
        return new PodServer(server, cluster, @namespace, body);
    }

    /// <summary>Changes the cluster in the server's catalogue.</summary>
    public async Task ChangeClusterAsync(Action<JsonObject> change, CancellationToken cancellationToken)
    {
        change(_body);
        using var answer = await Server.Http.PutAsJsonAsync($"openapi/system/cluster/{ClusterName}", _body, cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>A build for the cluster: what turns the body of a build for hosts into one.</summary>
    public static Action<JsonObject> InPod(Action<JsonObject>? advanced = null, string image = "debian") => body =>
    {
        body["infrastructure"] = "kubernetes";
        body["build_os"] = image;
        var settings = new JsonObject
        {
            ["cluster_name"] = ClusterName,
            ["resource_spec"] = new JsonObject { ["cpu_req"] = 10, ["cpu_limit"] = 1000, ["memory_req"] = 16, ["memory_limit"] = 512 },
        };
        body["advanced_settings"] = settings;
        advanced?.Invoke(settings);
    };

    /// <summary>Waits until nothing of a run is left in the cluster but its Job's record, if that is kept.</summary>
    public Task PodGoneAsync(long runId, CancellationToken cancellationToken) =>
        Cluster.GoneAsync(Namespace, "pod", $"kiln/run={runId}", cancellationToken);

    /// <summary>Asks kubectl about this server's namespace.</summary>
    public Task<string> KubectlAsync(CancellationToken cancellationToken, params string[] arguments) =>
        Cluster.KubectlAsync(cancellationToken, ["-n", Namespace, .. arguments]);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Cluster.KubectlAsync(CancellationToken.None, "delete", "namespace", Namespace, "--wait=false");
    }
}
