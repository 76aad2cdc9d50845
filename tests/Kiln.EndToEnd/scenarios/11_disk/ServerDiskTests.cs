using System.Text;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>A server whose disk is full for a while.</summary>
public sealed class ServerDiskTests : IDisposable
{
    private const int Megabytes = 64;
    private readonly Scratch _scratch = new();
    private readonly SmallDisk? _disk;

    public ServerDiskTests() => _disk = SmallDisk.Mount(_scratch, "data", Megabytes);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _scratch.Dispose();
        _disk?.Dispose();
    }

    [Fact]
    public async Task A_run_goes_on_and_is_told_whole_when_there_is_room_again()
    {
        Assert.SkipWhen(_disk is null, "this user may not mount a small disk");
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0");
        await using var agent = RunningProgram.Start(
            Binaries.Agent,
            [
                "--server", server.Address.AbsoluteUri, "--token", await server.NewAgentTokenAsync("agent", Token),
                "--capacity", "1", "--data", _scratch["agent"],
            ],
            _scratch.Path);
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        await builds.DefineAsync("patient", $"echo begins; read -r _ < {gate.Path}; seq 1 300000; exit 4", Token);
        var runId = await builds.StartAsync("patient", Token);
        await gate.ArrivedAsync(Token);

        _disk.Fill();
        gate.Open();
        // The script has ended, and what it said waits on its host for the server's disk.
        await agent.ComplainsAsync($"Run {runId} ended: Failed", Token);
        await agent.ComplainsAsync("the report will be sent again", Token);
        _disk.Free();

        var run = await builds.EndAsync(runId, Token);
        Assert.True((RunStatus.Failed, 4) == (run.Status, run.ExitCode), $"{run}\n{agent.Errors}\n{server.Log}");
        Assert.Equal(
            "begins\n" + string.Concat(Enumerable.Range(1, 300_000).Select(n => $"{n}\n")),
            Encoding.ASCII.GetString(await builds.LogAsync(runId, "script", Token)));
    }
}
