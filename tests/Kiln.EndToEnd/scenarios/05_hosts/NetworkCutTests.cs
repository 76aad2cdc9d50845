using System.Text;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The network between a host and its server is gone for longer than the server waits.</summary>
public sealed class NetworkCutTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task The_run_is_shown_as_lost_goes_on_and_ends_with_its_true_result_and_whole_log_when_the_network_is_back()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0", "--lost-after", "30s");
        await using var wire = new Wire(server.Address);
        await using var agent = RunningProgram.Start(
            Binaries.Agent,
            [
                "--server", wire.Address.AbsoluteUri, "--token", await server.NewAgentTokenAsync("far", Token),
                "--name", "far", "--capacity", "1", "--data", _scratch["agent"],
            ],
            _scratch.Path);
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        await builds.DefineAsync("cut", $"""
            echo once >> {_scratch["starts"]}
            seq -f 'before %g' 1 2000
            read -r _ < {gate.Path}
            seq -f 'after %g' 1 2000
            exit 5
            """, Token);
        await agent.ComplainsAsync("is connected", Token);
        var runId = await builds.StartAsync("cut", Token);
        await gate.ArrivedAsync(Token);

        wire.Cut();
        gate.Open();
        await agent.ComplainsAsync($"Run {runId} ended: Failed", Token);
        var lost = await builds.UntilAsync(runId, run => run.Status == RunStatus.Lost, Token);
        Assert.Equal(RunReason.HostLost, lost.Reason);
        using var delivered = new FileSystemWatcher(_scratch["agent/runs"]) { EnableRaisingEvents = true };
        var isDelivered = new TaskCompletionSource();
        delivered.Deleted += (_, gone) => _ = gone.Name == $"{runId}-1-1" && isDelivered.TrySetResult();
        wire.Mend();
        await isDelivered.Task.WaitAsync(Token);

        var run = await builds.GetAsync(runId, Token);
        Assert.True((RunStatus.Failed, 5, 1) == (run.Status, run.ExitCode, run.Attempt), $"{run}\n{agent.Errors}");
        Assert.Equal(
            string.Concat(Enumerable.Range(1, 2000).Select(n => $"before {n}\n").Concat(Enumerable.Range(1, 2000).Select(n => $"after {n}\n"))),
            Encoding.ASCII.GetString(await builds.LogAsync(runId, "script", Token)));
        Assert.Equal("once\n", await File.ReadAllTextAsync(_scratch["starts"], Token));
    }
}
