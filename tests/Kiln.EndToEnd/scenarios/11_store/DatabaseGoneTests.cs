using System.Text;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;
using Kiln.Tests.Fixtures;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>PostgreSQL dies in the middle of runs and comes back later than the server waits for it in one call.</summary>
public sealed class DatabaseGoneTests : IDisposable
{
    // Longer than the server's patience with one call (20 s): calls fail, and are made again by those who made them.
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(30);

    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Every_run_ends_once_with_its_own_result_and_its_whole_log()
    {
        await using var postgres = await PostgresServer.StartAsync(durable: true);
        await using var server = await KilnServer.StartAsync(
            _scratch, ["--demo", "--capacity", "3"], [("KILN_DATABASE", await postgres.CreateDatabaseAsync())], Token);
        var builds = new BuildDriver(server);
        var gates = Enumerable.Range(0, 3).Select(i => new Gate(_scratch, $"gate{i}")).ToList();
        var runs = new List<long>();
        for (var i = 0; i < gates.Count; i++)
        {
            await builds.DefineAsync($"gone-{i}", Script(i, gates[i]), Token);
            runs.Add(await builds.StartAsync($"gone-{i}", Token));
        }
        await Task.WhenAll(gates.Select(gate => gate.ArrivedAsync(Token)));

        postgres.Kill();
        // They write and end while nothing can be stored.
        gates.ForEach(gate => gate.Open());
        await Task.Delay(Absence, TimeProvider.System, Token);
        await postgres.StartAgainAsync();

        for (var i = 0; i < runs.Count; i++)
        {
            var run = await EndAsync(builds, runs[i]);
            Assert.True(run.Status == (i == 2 ? RunStatus.Failed : RunStatus.Passed), $"{run}\n{server.Log}");
            Assert.Equal((1, i == 2 ? 7 : 0), (run.Attempt, run.ExitCode));
            Assert.Equal(Expected(i), await builds.LogAsync(runs[i], "script", Token));
            Assert.Equal("started\n", await File.ReadAllTextAsync(_scratch[$"starts{i}"], Token));
        }
        // Nothing of it lingers: the next run is taken in and ends as ever.
        Assert.Equal(RunStatus.Passed, (await builds.RunAsync("gone-after", "true", Token)).Status);
        gates.ForEach(gate => gate.Dispose());
    }

    private string Script(int i, Gate gate) => $"""
        echo started >> {_scratch[$"starts{i}"]}
        seq -f 'run {i} before %g' 1 5000
        read -r _ < {gate.Path}
        seq -f 'run {i} after %g' 1 20000
        exit {(i == 2 ? 7 : 0)}
        """;

    private static byte[] Expected(int i) => Encoding.ASCII.GetBytes(string.Concat(
        Enumerable.Range(1, 5_000).Select(n => $"run {i} before {n}\n").Concat(Enumerable.Range(1, 20_000).Select(n => $"run {i} after {n}\n"))));

    // A follower may be cut off while the database comes back; it asks again.
    private static async Task<RunView> EndAsync(BuildDriver builds, long runId)
    {
        while (true)
        {
            try
            {
                return await builds.EndAsync(runId, Token);
            }
            catch (Exception broken) when (broken is InvalidOperationException or HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Token);
            }
        }
    }
}
