using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Kiln.Bench.Worlds;

/// <summary>
/// A node and its kubelet without containers, against a real API server: it registers, keeps itself ready, and takes every pod that the
/// scheduler gives it through the states that a kubelet tells. What the pod does is <paramref name="life"/>.
/// </summary>
/// <param name="api">The cluster.</param>
/// <param name="name">Of the node.</param>
/// <param name="life">What a pod does while it runs, with the token of its run, where it is of one; its end is the end of all its containers, with 0.</param>
/// <param name="time">Clock.</param>
internal sealed class SimulatedNode(ClusterApi api, string name, Func<JsonNode, string?, CancellationToken, Task> life, TimeProvider time)
{
    // A node that says nothing for 20 s is given up.
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    // A pod whose Job has gone has no secret any more.
    private const int LooksForSecret = 100;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, Task> _pods = [];
    private int _gone;

    /// <summary>How many of its pods have gone from the cluster.</summary>
    public int Gone => Volatile.Read(ref _gone);

    /// <summary>Registers the node.</summary>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        await api.CallAsync(
            HttpMethod.Post, "api/v1/nodes",
            new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = name } } },
            cancellationToken);
        await BeatAsync(cancellationToken);
    }

    /// <summary>Waits until the cluster lets pods onto it.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        await foreach (var (_, node) in api.WatchAsync($"api/v1/nodes?watch=true&fieldSelector=metadata.name%3D{name}", cancellationToken))
        {
            if (node["spec"]?["taints"] is null)
            {
                return;
            }
        }
        throw new InvalidOperationException("The watch of the node ended before it was ready.");
    }

    /// <summary>Is a kubelet until told to stop.</summary>
    /// <exception cref="HttpRequestException">The cluster, or the server that pods call, refuses something.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var beats = BeatsAsync(cancellationToken);
        var watch = WatchAsync(cancellationToken);
        await await Task.WhenAny(beats, watch);
    }

    private async Task BeatsAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Beat, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await BeatAsync(cancellationToken);
            // A pod whose life has failed is not to be waited for.
            if (_pods.Values.FirstOrDefault(static pod => pod.IsFaulted) is { } broken)
            {
                await broken;
            }
        }
    }

    private Task<JsonNode> BeatAsync(CancellationToken cancellationToken)
    {
        var has = new JsonObject { ["cpu"] = "1000", ["memory"] = "2000Gi", ["pods"] = "1000" };
        var conditions = new JsonArray();
        foreach (var (type, reason) in (IEnumerable<(string, string)>)
            [("Ready", "KubeletReady"), ("MemoryPressure", "KubeletHasSufficientMemory"), ("DiskPressure", "KubeletHasNoDiskPressure")])
        {
            conditions.Add(new JsonObject
            {
                ["type"] = type, ["status"] = type == "Ready" ? "True" : "False", ["reason"] = reason,
                ["lastHeartbeatTime"] = Now(), ["lastTransitionTime"] = Now(),
            });
        }
        return api.CallAsync(
            HttpMethod.Patch, $"api/v1/nodes/{name}/status",
            new JsonObject
            {
                ["status"] = new JsonObject { ["capacity"] = has, ["allocatable"] = has.DeepClone(), ["conditions"] = conditions },
            },
            cancellationToken);
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await foreach (var (type, pod) in api.WatchAsync($"api/v1/pods?watch=true&fieldSelector=spec.nodeName%3D{name}", cancellationToken))
            {
                var uid = (string)pod["metadata"]!["uid"]!;
                if (type == "DELETED")
                {
                    Interlocked.Increment(ref _gone);
                }
                else if (!_pods.ContainsKey(uid))
                {
                    _pods[uid] = Task.Run(() => LiveAsync(pod, cancellationToken), cancellationToken);
                }
            }
        }
    }

    private async Task LiveAsync(JsonNode pod, CancellationToken cancellationToken)
    {
        try
        {
            await LiveThroughAsync(pod, cancellationToken);
        }
        catch (HttpRequestException gone) when (gone.StatusCode == HttpStatusCode.NotFound)
        {
            // Its Job was removed before its last state was told.
        }
    }

    private async Task LiveThroughAsync(JsonNode pod, CancellationToken cancellationToken)
    {
        var waiting = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ContainerCreating" } };
        await TellAsync(pod, "Pending", waiting, cancellationToken);
        var place = $"api/v1/namespaces/{(string)pod["metadata"]!["namespace"]!}";
        var token = SecretOf(pod) is { } secret ? await TokenAsync($"{place}/secrets/{secret}", cancellationToken) : null;
        await TellAsync(pod, "Running", new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Now() } }, cancellationToken);
        await life(pod, token, cancellationToken);
        var ended = new JsonObject
        {
            ["exitCode"] = 0, ["reason"] = "Completed", ["startedAt"] = Now(), ["finishedAt"] = Now(), ["containerID"] = "simulated://none",
        };
        var told = await TellAsync(pod, "Succeeded", new JsonObject { ["terminated"] = ended }, cancellationToken);
        if (told["metadata"]!["deletionTimestamp"] is not null)
        {
            // It was to end by then: only its kubelet can say that it has.
            await api.CallAsync(HttpMethod.Delete, $"{place}/pods/{(string)pod["metadata"]!["name"]!}?gracePeriodSeconds=0", body: null, cancellationToken);
        }
    }

    // The server makes it behind the Job: a kubelet waits for it.
    private async Task<string> TokenAsync(string path, CancellationToken cancellationToken)
    {
        for (var look = 1; ; look++)
        {
            try
            {
                var secret = await api.CallAsync(HttpMethod.Get, path, body: null, cancellationToken);
                return Encoding.UTF8.GetString(Convert.FromBase64String((string)secret["data"]!["token"]!));
            }
            catch (HttpRequestException missing) when (missing.StatusCode == HttpStatusCode.NotFound && look < LooksForSecret)
            {
                await Task.Delay(BetweenLooks, time, cancellationToken);
            }
        }
    }

    private static string? SecretOf(JsonNode pod) => pod["spec"]!["containers"]!.AsArray()
        .SelectMany(static container => container!["env"]?.AsArray() ?? [])
        .Select(static variable => (string?)variable!["valueFrom"]?["secretKeyRef"]?["name"])
        .FirstOrDefault(static secret => secret is not null);

    // All containers are in one state.
    private Task<JsonNode> TellAsync(JsonNode pod, string phase, JsonObject state, CancellationToken cancellationToken)
    {
        var meta = pod["metadata"]!;
        var isReady = phase == "Running";
        var containers = new JsonArray([.. pod["spec"]!["containers"]!.AsArray().Select(container => (JsonNode)new JsonObject
        {
            ["name"] = (string)container!["name"]!, ["image"] = (string)container["image"]!, ["imageID"] = "", ["restartCount"] = 0,
            ["ready"] = isReady, ["started"] = isReady, ["state"] = state.DeepClone(),
        })]);
        var conditions = new JsonArray([.. ((string[])["Initialized", "Ready", "ContainersReady", "PodScheduled"]).Select(type => (JsonNode)new JsonObject
        {
            ["type"] = type, ["status"] = isReady || type is "Initialized" or "PodScheduled" ? "True" : "False", ["lastTransitionTime"] = Now(),
        })]);
        return api.CallAsync(
            HttpMethod.Patch, $"api/v1/namespaces/{(string)meta["namespace"]!}/pods/{(string)meta["name"]!}/status",
            new JsonObject
            {
                ["status"] = new JsonObject
                {
                    ["phase"] = phase, ["startTime"] = Now(), ["hostIP"] = "192.0.2.1", ["podIP"] = "192.0.2.2",
                    ["conditions"] = conditions, ["containerStatuses"] = containers,
                },
            },
            cancellationToken);
    }

    private string Now() => time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
