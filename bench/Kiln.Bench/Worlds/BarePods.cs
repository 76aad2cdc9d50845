using System.Globalization;
using System.Text.Json.Nodes;
using Kiln.Bench.Measures;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Worlds;

/// <summary>Pods without Kiln, made by the API itself: what a build's pod is compared with.</summary>
internal sealed class BarePods(KubernetesCluster cluster, ClusterApi api, Load load)
{
    private const string Pods = "api/v1/namespaces/default/pods";

    /// <summary>Milliseconds from the call that makes a pod until the process of its last container begins.</summary>
    /// <param name="name">Of the pod.</param>
    /// <param name="containers">How many it has, all of the same image.</param>
    /// <param name="shares">Whether they share a directory that goes with the pod.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<double> FirstLineAsync(string name, int containers, bool shares, CancellationToken cancellationToken)
    {
        var asked = load.NowMs();
        await api.CallAsync(HttpMethod.Post, Pods, Pod(name, containers, shares), cancellationToken);
        await EndedAsync(name, cancellationToken);
        var spoke = await api.Http.GetStringAsync($"{Pods}/{name}/log?container={Container(containers)}", cancellationToken);
        await api.CallAsync(HttpMethod.Delete, $"{Pods}/{name}?gracePeriodSeconds=0", body: null, cancellationToken);
        return (double.Parse(spoke, CultureInfo.InvariantCulture) * 1000) - asked;
    }

    private async Task EndedAsync(string name, CancellationToken cancellationToken)
    {
        await foreach (var (_, pod) in api.WatchAsync($"{Pods}?watch=true&fieldSelector=metadata.name%3D{name}", cancellationToken))
        {
            switch ((string?)pod["status"]?["phase"])
            {
                case "Succeeded": return;
                case "Failed": throw new InvalidOperationException($"The pod failed: {pod["status"]!.ToJsonString()}");
            }
        }
        throw new InvalidOperationException("The watch of the pod ended before the pod did.");
    }

    private static string Container(int number) => $"bare-{number}";

    private JsonObject Pod(string name, int containers, bool shares)
    {
        var spec = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["containers"] = new JsonArray([.. Enumerable.Range(1, containers).Select(number => (JsonNode)Container(number, shares))]),
        };
        if (shares)
        {
            spec["volumes"] = new JsonArray(new JsonObject { ["name"] = "shared", ["emptyDir"] = new JsonObject() });
        }
        return new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec };
    }

    private JsonObject Container(int number, bool shares)
    {
        var container = new JsonObject
        {
            ["name"] = Container(number),
            ["image"] = cluster.BuildImage,
            ["imagePullPolicy"] = "IfNotPresent",
            ["command"] = new JsonArray("bash", "-c", "echo $EPOCHREALTIME"),
        };
        if (shares)
        {
            container["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "shared", ["mountPath"] = "/shared" });
        }
        return container;
    }
}
