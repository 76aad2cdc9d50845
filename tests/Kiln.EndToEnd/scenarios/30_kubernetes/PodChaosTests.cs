using Kiln.Bench.Chaos;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The short form of <c>./kiln chaos --kubernetes</c>, on a cluster of its own: a seed whose round kills both nodes and a container.</summary>
public sealed class PodChaosTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_promise_holds_whatever_of_the_cluster_is_killed()
    {
        var obstacle = await KubernetesCluster.ObstacleAsync(Token);
        Assert.SkipUnless(obstacle is null, $"There is no Kubernetes here: {obstacle}");
        await using var said = new StringWriter();

        var broken = await ChaosPlay.RunAsync(new ChaosOptions(Rounds: 1, Seed: 18, Load: 6) { RunsInPods = true }, said, Token);

        Assert.True(broken.Count == 0, said.ToString());
    }
}
