using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The client backs up a server that is at work, and restores it elsewhere.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Scratch _other = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _scratch.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task What_had_ended_is_served_by_the_restored_server_and_what_was_under_way_is_there_as_far_as_it_was()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "4");
        var builds = new BuildDriver(server);
        var ended = await builds.RunAsync("ended", "seq 1 20000; mkdir -p out; date > out/stamp", Token);
        var log = await builds.LogAsync(ended.RunId, "", Token);
        using var gate = new Gate(_scratch, "gate");
        await builds.DefineAsync("under-way", $"echo begun; read -r _ < {gate.Path}; echo done", Token);
        var underWay = await builds.StartAsync("under-way", Token);
        await gate.ArrivedAsync(Token);
        var archive = _scratch["kiln.tar"];

        await using (var backup = RunningProgram.Start(
            Binaries.Kiln, ["backup", archive, "--keys", "--server", $"{server.Address}"], "/", ("KILN_TOKEN", server.Token)))
        {
            Assert.True(await backup.ExitAsync(Token) == 0, backup.Errors);
            Assert.Contains("The file opens every secret", backup.Errors);
        }
        gate.Open();
        Assert.Equal(RunStatus.Passed, (await builds.EndAsync(underWay, Token)).Status);

        await using (var restore = RunningProgram.Start(Binaries.Kiln, ["restore", archive, "--data", _other["data"]], "/"))
        {
            Assert.True(await restore.ExitAsync(Token) == 0, restore.Errors);
            Assert.StartsWith($"Restored {_other["data"]}:", restore.Output, StringComparison.Ordinal);
        }
        await using var restored = await KilnServer.StartAsync(_other, [], [], Token);
        Assert.Equal(server.Token, restored.Token);
        var driver = new BuildDriver(restored);
        Assert.Equal(log, await driver.LogAsync(ended.RunId, "", Token));
        Assert.Equal(RunStatus.Running, (await driver.GetAsync(underWay, Token)).Status);
        Assert.Equal("begun\n"u8.ToArray(), await driver.LogAsync(underWay, "script", Token));

        await using var again = RunningProgram.Start(Binaries.Kiln, ["restore", archive, "--data", _other["data"]], "/");
        Assert.Equal(1, await again.ExitAsync(Token));
        Assert.Contains("is used by another Kiln server", again.Errors);
    }
}
