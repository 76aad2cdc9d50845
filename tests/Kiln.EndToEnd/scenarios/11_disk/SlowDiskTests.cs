using System.Text;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>A disk that takes long for every promise.</summary>
public sealed class SlowDiskTests : IDisposable
{
    private const int Runs = 12;
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Runs_that_come_at_once_all_end_truly_with_their_whole_logs_and_the_server_s_death_forgets_none()
    {
        var library = await PreloadedLibrary.BuildAsync(_scratch, PreloadedLibrary.SlowDisk, Token);
        Assert.SkipWhen(library is null, "there is no C compiler, so no disk that is slow");
        await using var server = await KilnServer.StartAsync(
            _scratch, ["--demo", "--capacity", "3"], [("LD_PRELOAD", library), ("KILN_TEST_FSYNC_US", "100000")], Token);
        var builds = new BuildDriver(server);
        await builds.DefineAsync("slow", "seq 1 2000; exit $((TASK_ID % 2))", Token);

        var runs = await Task.WhenAll(Enumerable.Range(0, Runs).Select(_ => builds.StartAsync("slow", Token)));
        await server.CrashAsync(Token);
        await server.RestartAsync(Token);

        foreach (var runId in runs)
        {
            var run = await builds.EndAsync(runId, Token);
            Assert.Equal((runId % 2 == 0 ? RunStatus.Passed : RunStatus.Failed, (int)(runId % 2)), (run.Status, run.ExitCode));
            Assert.Equal(
                string.Concat(Enumerable.Range(1, 2000).Select(static n => $"{n}\n")),
                Encoding.ASCII.GetString(await builds.LogAsync(runId, "script", Token)));
        }
    }
}
