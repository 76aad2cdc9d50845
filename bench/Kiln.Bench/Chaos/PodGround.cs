using System.Collections.Concurrent;
using System.Globalization;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Chaos;

/// <summary>A real cluster of this machine's own: its nodes, its API server with etcd, and the pods of the load.</summary>
internal sealed class PodGround : IGround
{
    private const int Nodes = 2;

    // What no other object of the cluster bears.
    private const string OfKiln = "app.kubernetes.io/managed-by=kiln";

    // The cluster gives a node up after 20 s of silence, the server a pod after 60 s: on a loaded machine a pod may take half of that to its first call.
    private static readonly TimeSpan UntilGivenUp = TimeSpan.FromSeconds(75);

    private readonly Scratch _scratch;
    private readonly Mortal[] _nodes;
    private readonly Mortal _controlPlane;
    private readonly ConcurrentDictionary<long, bool> _struck = [];

    private PodGround(Scratch scratch, KubernetesCluster cluster, TimeProvider time)
    {
        _scratch = scratch;
        Cluster = cluster;
        _nodes = [.. Enumerable.Range(1, Nodes).Select(node => new Mortal(
            cancel => KillNodeAsync(node, cancel), cancel => Cluster.StartNodeAsync(node, cancel), time))];
        _controlPlane = new Mortal(
            async cancel =>
            {
                await Cluster.KillEtcdAsync(cancel);
                await Cluster.KillApiAsync(cancel);
            },
            async cancel =>
            {
                await Cluster.StartEtcdAsync(cancel);
                await Cluster.StartApiAsync(cancel);
            },
            time);
    }

    public KubernetesCluster Cluster { get; }

    public TimeSpan Look => TimeSpan.FromMilliseconds(500);

    public TimeSpan Patience => TimeSpan.FromMinutes(4);

    /// <exception cref="InvalidOperationException">There can be no cluster here.</exception>
    public static async Task<PodGround> StartAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        if (await KubernetesCluster.ObstacleAsync(cancellationToken) is { } obstacle)
        {
            throw new InvalidOperationException($"There is no Kubernetes to strike here: {obstacle}");
        }
        var scratch = new Scratch();
        var cluster = await KubernetesCluster.StartAsync(scratch, Nodes, cancellationToken);
        await cluster.LoadImagesAsync(cancellationToken);
        return new PodGround(scratch, cluster, time);
    }

    public async Task<string> StrikeAsync(Strike strike, CancellationToken cancellationToken)
    {
        var down = TimeSpan.FromMilliseconds(strike.DownMs);
        var node = (int)(strike.Pick * Nodes);
        switch (strike.Victim)
        {
            case Victim.ControlPlane:
                await _controlPlane.StrikeAsync(down, cancellationToken);
                return $"API server and etcd for {strike.DownMs} ms";
            case Victim.Node:
                await _nodes[node].StrikeAsync(down, cancellationToken);
                return $"node{node + 1} for {strike.DownMs} ms";
            case Victim.NodeForLong:
                await _nodes[node].StrikeAsync(UntilGivenUp, cancellationToken);
                return $"node{node + 1} for {UntilGivenUp.TotalSeconds} s";
            case Victim.Pod:
                return await DeletePodAsync(strike.Pick, cancellationToken);
            case Victim.Container:
                return KillContainer(strike.Pick);
            default:
                throw new InvalidOperationException($"There is no {strike.Victim} in a cluster.");
        }
    }

    public bool LostPower(long runId) => false;

    public bool WasStruck(long runId) => _struck.ContainsKey(runId);

    public bool Excuses(RunView view, bool hasBegun) => WasStruck(view.RunId) && view.Reason
        is RunReason.PodDied or RunReason.PodDeleted or RunReason.PodEvicted or RunReason.NodeLost or RunReason.HostLost
        or RunReason.ExecDied or RunReason.ContainerGone;

    public async Task<IReadOnlyList<string>> LeftoversAsync(CancellationToken cancellationToken) =>
    [
        .. (await ObjectsAsync("job,pod,secret,pvc", cancellationToken) ?? ["the API server does not answer"]).Select(name => $"{name} is there"),
        .. Cluster.PodProcesses().Select(process => $"process {process.Pid} of pod {process.Pod} lives on node{process.Node}"),
    ];

    public string Logs() => "";

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        _scratch.Dispose();
        _controlPlane.Dispose();
        foreach (var node in _nodes)
        {
            node.Dispose();
        }
    }

    // Once a node's processes are gone nothing begins on it: who was seen until then is who was struck.
    private async Task KillNodeAsync(int node, CancellationToken cancellationToken)
    {
        var killing = Cluster.KillNodeAsync(node, cancellationToken);
        for (var found = On(node); found.Count > 0 || !killing.IsCompleted; found = On(node))
        {
            foreach (var process in found)
            {
                NoteStruck(process.Pod);
            }
            await Task.Yield();
        }
        await killing;
    }

    private List<PodProcess> On(int node) => [.. Cluster.PodProcesses().Where(process => process.Node == node)];

    private async Task<string> DeletePodAsync(double pick, CancellationToken cancellationToken)
    {
        if (await ObjectsAsync("pod", cancellationToken) is not { Count: > 0 } pods)
        {
            return "no pod, for the API server showed none";
        }
        // The order of names is the order of runs: what is picked is spread over all of them, and half of them have a grace.
        var spread = pick * pods.Count;
        var name = pods[(int)spread];
        var hasGrace = spread - (int)spread < 0.5;
        NoteStruck(name["pod/".Length..]);
        try
        {
            await Cluster.KubectlAsync(
                cancellationToken,
                ["delete", name, "--wait=false", "--request-timeout=5s", .. hasGrace ? (string[])[] : ["--grace-period=0", "--force"]]);
            return $"{name} with{(hasGrace ? "" : "out")} grace";
        }
        catch (InvalidOperationException refused)
        {
            return $"perhaps {name}: {refused.Message.Trim().ReplaceLineEndings(" ")}";
        }
    }

    private string KillContainer(double pick)
    {
        var pods = Cluster.PodProcesses().Where(process => process.Pod.Length > 0).GroupBy(process => process.Pod)
            .OrderBy(pod => pod.Key, StringComparer.Ordinal).ToList();
        if (pods.Count == 0)
        {
            return "no container, for there was none";
        }
        var spread = pick * pods.Count;
        var pod = pods[(int)spread];
        NoteStruck(pod.Key);
        var containers = pod.GroupBy(process => process.Container).OrderBy(container => container.Key, StringComparer.Ordinal).ToList();
        // One of them, the one that holds the pod's namespaces included, or all.
        var which = (int)((spread - (int)spread) * (containers.Count + 1));
        foreach (var container in which < containers.Count ? [containers[which]] : containers)
        {
            // Its first process is the first of a namespace: the others die with it.
            Signal.Crash(container.Min(process => process.Pid));
        }
        return which < containers.Count ? $"one container of {pod.Key}" : $"every container of {pod.Key}";
    }

    private void NoteStruck(string pod)
    {
        // kiln-<run>-<attempt>-<fence>-…
        if (pod.Split('-') is ["kiln", var run, ..])
        {
            _struck[long.Parse(run, CultureInfo.InvariantCulture)] = true;
        }
    }

    private async Task<IReadOnlyList<string>?> ObjectsAsync(string kinds, CancellationToken cancellationToken)
    {
        try
        {
            var names = await Cluster.KubectlAsync(cancellationToken, "get", kinds, "-l", OfKiln, "-o", "name", "--request-timeout=5s");
            return names.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
