using System.Text;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Server, API server and node die in the middle of runs: each run ends once, with its own result and its whole log.</summary>
public sealed class PodCrashTests(SharedCluster shared) : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_run_outlives_its_server()
    {
        var cluster = await shared.GetAsync(Token);
        await using var pods = await PodServer.StartAsync(cluster, _scratch, "crash-server", Token);
        using var gate = new NetworkGate(cluster);
        var runId = await StartAsync(pods, "crash-server", gate);

        await pods.Server.CrashAsync(Token);
        // It writes and ends while there is no server.
        gate.Open();
        await pods.Server.RestartAsync(Token);

        await EndsAsItDidAsync(pods, runId);
    }

    [Fact]
    public async Task A_run_outlives_an_API_server_that_goes_and_comes_back()
    {
        // A cluster of its own: others would lose theirs.
        Assert.SkipUnless((await shared.GetAsync(Token)).IsOwn, "The API server of a given cluster is not for tests to kill.");
        await using var cluster = await KubernetesCluster.StartAsync(_scratch, nodes: 1, Token);
        await cluster.LoadImagesAsync(Token);
        await using var pods = await PodServer.StartAsync(cluster, _scratch, "crash-api", Token);
        using var gate = new NetworkGate(cluster);
        var first = await StartAsync(pods, "crash-api", gate);

        await cluster.KillApiAsync(Token);
        gate.Open();
        await EndsAsItDidAsync(pods, first);
        var second = await pods.Builds.StartAsync("crash-api", Token);
        var waiting = await pods.Builds.UntilAsync(second, run => run.Reason == RunReason.ClusterUnreachable, Token);
        Assert.Contains(PodServer.ClusterName, waiting.Message);
        await cluster.StartApiAsync(Token);

        await gate.ArrivedAsync(Token);
        gate.Open();
        await EndsAsItDidAsync(pods, second);
        await pods.PodGoneAsync(first, Token);
    }

    [Fact]
    public async Task A_run_whose_node_dies_is_lost_and_the_node_s_return_changes_nothing()
    {
        Assert.SkipUnless((await shared.GetAsync(Token)).IsOwn, "The nodes of a given cluster are not for tests to kill.");
        await using var cluster = await KubernetesCluster.StartAsync(_scratch, nodes: 1, Token);
        await cluster.LoadImagesAsync(Token);
        await using var pods = await PodServer.StartAsync(cluster, _scratch, "crash-node", Token, null, "--lost-after", "30s");
        using var gate = new NetworkGate(cluster);
        var runId = await StartAsync(pods, "crash-node", gate);
        // A node that dies before it has told the cluster of its pod is a host like any other that is silent.
        await pods.KubectlAsync(Token, "wait", "--for=condition=Ready", "pod", "--all", "--timeout=60s");

        await cluster.KillNodeAsync(1, Token);

        var run = await pods.Builds.EndAsync(runId, Token);
        Assert.True((run.Status, run.Reason) == (RunStatus.Lost, RunReason.NodeLost), $"{run.Status} {run.Reason}: {run.Message}");
        Assert.Contains("node1", run.Message);
        await cluster.StartNodeAsync(1, Token);
        await pods.PodGoneAsync(runId, Token);
        Assert.Equal(RunStatus.Lost, (await pods.Builds.GetAsync(runId, Token)).Status);
    }

    private static async Task<long> StartAsync(PodServer pods, string build, NetworkGate gate)
    {
        await pods.Builds.DefineAsync(build, $"""
            seq -f 'before %g' 1 5000
            {gate.Wait}
            seq -f 'after %g' 1 20000
            exit 7
            """, Token, PodServer.InPod());
        var runId = await pods.Builds.StartAsync(build, Token);
        await gate.ArrivedAsync(Token);
        return runId;
    }

    private static async Task EndsAsItDidAsync(PodServer pods, long runId)
    {
        var run = await pods.Builds.EndAsync(runId, Token);
        Assert.True((run.Status, run.ExitCode, run.Attempt) == (RunStatus.Failed, 7, 1), $"{run}\n{pods.Server.Log}");
        Assert.Equal(Expected, await pods.Builds.LogAsync(runId, "script", Token));
    }

    private static byte[] Expected { get; } = Encoding.ASCII.GetBytes(string.Concat(
        Enumerable.Range(1, 5_000).Select(n => $"before {n}\n").Concat(Enumerable.Range(1, 20_000).Select(n => $"after {n}\n"))));
}
