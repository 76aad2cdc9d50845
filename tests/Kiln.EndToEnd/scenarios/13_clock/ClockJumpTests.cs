using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The wall clock of server and host is set while a run is under way and another one waits.</summary>
public sealed class ClockJumpTests : IDisposable
{
    private const long Day = 24 * 60 * 60;
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(3 * Day, 3 * Day)]
    [InlineData(-3 * Day, -3 * Day)]
    [InlineData(3 * Day, 0)]
    [InlineData(0, 3 * Day)]
    public async Task No_run_is_lost_timed_out_or_run_twice_by_it(long serverSeconds, long agentSeconds)
    {
        var library = await PreloadedLibrary.BuildAsync(_scratch, PreloadedLibrary.SetClock, Token);
        Assert.SkipWhen(library is null, "there is no C compiler, so no clock that can be set");
        SetClock("server", 0);
        SetClock("agent", 0);
        await using var server = await KilnServer.StartAsync(
            _scratch, ["--demo", "--capacity", "0", "--lost-after", "30s", "--queue-timeout", "1d"], ClockOf("server", library), Token);
        await using var agent = await server.JoinAsync(_scratch, "agent", ClockOf("agent", library), Token);
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        // Behind the jump it lasts longer than the server looks away, which is 5 s.
        await builds.DefineAsync("under-way", $"echo begins; read -r _ < {gate.Path}; echo goes on; sleep 11; echo ends", Token, Retried);
        await builds.DefineAsync("waiting", "echo waited", Token, Retried);
        var underWay = await builds.StartAsync("under-way", Token);
        await gate.ArrivedAsync(Token);
        var waiting = await builds.StartAsync("waiting", Token);

        SetClock("server", serverSeconds);
        SetClock("agent", agentSeconds);
        gate.Open();

        await ExpectAsync(builds, underWay, "begins\ngoes on\nends\n");
        await ExpectAsync(builds, waiting, "waited\n");
        var behind = await ExpectAsync(builds, await builds.StartAsync("waiting", Token), "waited\n");
        Assert.Equal(serverSeconds / Day, (behind.CreatedTime - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()) / (double)Day, tolerance: 0.1);
        Assert.DoesNotContain("is lost", server.Log);
    }

    // What were taken for lost would be tried again.
    private static void Retried(JsonObject body) => body["run_policy"] = new JsonObject { ["retries"] = 2 };

    private static async Task<RunView> ExpectAsync(BuildDriver builds, long runId, string log)
    {
        var run = await builds.EndAsync(runId, Token);
        Assert.True((run.Status, run.Attempt) == (RunStatus.Passed, 1), $"{run}");
        Assert.True(run.DurationMs >= 0, $"{run}");
        Assert.Equal(log, Encoding.ASCII.GetString(await builds.LogAsync(runId, "script", Token)));
        return run;
    }

    private void SetClock(string whose, long seconds)
    {
        using var file = new FileStream(_scratch[$"{whose}.clock"], FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(BitConverter.GetBytes(seconds));
    }

    private (string Name, string Value)[] ClockOf(string whose, string library) =>
        [("LD_PRELOAD", library), ("KILN_TEST_CLOCK", _scratch[$"{whose}.clock"])];
}
