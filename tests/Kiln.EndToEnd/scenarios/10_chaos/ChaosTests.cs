using Kiln.Bench.Chaos;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The short form of <c>./kiln chaos</c>: seeds whose rounds kill everything there is, once at least.</summary>
public sealed class ChaosTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(103, 1)]
    [InlineData(110, 2)]
    public async Task Every_promise_holds_whoever_is_killed(int seed, int rounds)
    {
        await using var said = new StringWriter();

        var broken = await ChaosPlay.RunAsync(new ChaosOptions(rounds, seed, Load: 8), said, Token);

        Assert.True(broken.Count == 0, said.ToString());
    }

    [Fact]
    public async Task Every_promise_holds_when_the_database_is_killed_too()
    {
        await using var said = new StringWriter();

        var broken = await ChaosPlay.RunAsync(new ChaosOptions(Rounds: 2, Seed: 500, Load: 8) { UsesPostgres = true }, said, Token);

        Assert.True(broken.Count == 0, said.ToString());
    }

    [Fact]
    public async Task Every_promise_holds_when_the_power_of_their_machines_is_cut()
    {
        var obstacle = PoweredMachine.Obstacle();
        Assert.SkipWhen(obstacle is not null, $"{obstacle}");
        await using var said = new StringWriter();

        // Agent, agent, server, and the agent's process once more.
        var broken = await ChaosPlay.RunAsync(new ChaosOptions(Rounds: 1, Seed: 9104, Load: 12) { CutsPower = true }, said, Token);

        Assert.True(broken.Count == 0, said.ToString());
    }
}
