using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The server is killed while four runs are under way and two wait.</summary>
public sealed class RestartTests : IDisposable
{
    private const int Running = 4;
    private const int Queued = 2;
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task All_six_runs_pass_none_is_run_again_and_no_log_byte_is_lost_or_doubled()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", $"{Running}");
        var builds = new BuildDriver(server);
        var gates = Enumerable.Range(0, Running + Queued).Select(i => new Gate(_scratch, $"gate{i}")).ToList();
        var runIds = new List<long>();
        for (var i = 0; i < gates.Count; i++)
        {
            await builds.DefineAsync($"restart-{i}", Script(i, gates[i]), Token);
            runIds.Add(await builds.StartAsync($"restart-{i}", Token));
        }
        await Task.WhenAll(gates.Take(Running).Select(gate => gate.ArrivedAsync(Token)));

        await server.CrashAsync(Token);
        // The scripts go on and write while no server is there.
        gates.ForEach(gate => gate.Open());
        await server.RestartAsync(Token);
        foreach (var gate in gates.Skip(Running))
        {
            await gate.ArrivedAsync(Token);
            gate.Open();
        }

        for (var i = 0; i < runIds.Count; i++)
        {
            var run = await builds.EndAsync(runIds[i], Token);
            Assert.True(run.Status == RunStatus.Passed, $"{run}\n{server.Log}");
            Assert.Equal(1, run.Attempt);
            Assert.Equal(Expected(i), await builds.LogAsync(runIds[i], "script", Token));
            Assert.Equal("started\n", await File.ReadAllTextAsync(_scratch[$"starts{i}"], Token));
        }
    }

    private string Script(int i, Gate gate) => $"""
        echo started >> {_scratch[$"starts{i}"]}
        seq -f 'run {i} before %g' 1 5000
        read -r _ < {gate.Path}
        seq -f 'run {i} after %g' 1 5000
        """;

    private static byte[] Expected(int i) => System.Text.Encoding.ASCII.GetBytes(string.Concat(
        Enumerable.Range(1, 5000).Select(n => $"run {i} before {n}\n").Concat(Enumerable.Range(1, 5000).Select(n => $"run {i} after {n}\n"))));
}
