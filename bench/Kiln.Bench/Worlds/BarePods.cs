using System.Globalization;
using System.Text.Json.Nodes;
using Kiln.Bench.Measures;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Worlds;

/// <summary>Pods without Kiln, made by the API itself: what a build's pod is compared with.</summary>
internal sealed class BarePods(KubernetesCluster cluster, ClusterApi api, Load load)
{
    private const string Pods = "api/v1/namespaces/default/pods";

    /// <summary>Milliseconds from the call that makes a pod until its only process begins.</summary>
    public async Task<double> FirstLineAsync(string name, CancellationToken cancellationToken)
    {
        var asked = load.NowMs();
        await api.CallAsync(HttpMethod.Post, Pods, Pod(name), cancellationToken);
        await EndedAsync(name, cancellationToken);
        var spoke = await api.Http.GetStringAsync($"{Pods}/{name}/log", cancellationToken);
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

    private JsonObject Pod(string name) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "bare",
                ["image"] = cluster.BuildImage,
                ["imagePullPolicy"] = "IfNotPresent",
                ["command"] = new JsonArray("bash", "-c", "echo $EPOCHREALTIME"),
            }),
        },
    };
}
