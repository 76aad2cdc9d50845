using System.Globalization;
using Kiln.Bench.Worlds;

namespace Kiln.Bench.Measures;

/// <summary>
/// From the call that starts a run to the first line of its script, one run after the other; each beside a call to an endpoint that does
/// nothing but start a shell, which tells what this machine takes for that alone.
/// </summary>
internal static class LatencyMeasure
{
    private const int Runs = 100;
    private const int WarmUp = 20;

    public static async Task<IReadOnlyList<Row>> RunAsync(Load load, CancellationToken cancellationToken)
    {
        // The shell tells its time itself: nothing is measured of how the log travels.
        await load.World.DefineAsync("first-line", "echo $EPOCHREALTIME", cancellationToken);
        var first = new List<double>();
        var answered = new List<double>();
        var finished = new List<double>();
        var bare = new List<double>();
        await using var shells = await BareServer.StartAsync(BareServer.Native ?? BareServer.ForJit, 0, load.World.Scratch.Path, cancellationToken);
        for (var i = 0; i < WarmUp + Runs; i++)
        {
            var asked = load.NowMs();
            var runId = await load.StartAsync("first-line", cancellationToken);
            var told = load.NowMs();
            await load.EndAsync(runId, cancellationToken);
            var ended = load.NowMs();
            var bareAsked = load.NowMs();
            var bareSpoke = await shells.LineAsync(cancellationToken) * 1000;
            if (i >= WarmUp)
            {
                bare.Add(bareSpoke - bareAsked);
                var spoke = double.Parse(await load.ScriptTextAsync(runId, cancellationToken), CultureInfo.InvariantCulture) * 1000;
                first.Add(spoke - asked);
                answered.Add(told - asked);
                finished.Add(ended - asked);
            }
        }
        var toFirst = new Sample(first);
        var toEnd = new Sample(finished);
        var bareFirst = new Sample(bare);
        return
        [
            Row.AtMost("trigger → first script line, median", toFirst.Median, "ms", 8, 5),
            new("trigger → first script line, p95", Text.Of(toFirst.At(0.95), "ms")),
            new("a bare endpoint that starts a shell: call → its line, median / p95", $"{Text.Of(bareFirst.Median, "")} / {Text.Of(bareFirst.At(0.95), "ms")}"),
            // Floor and goal were set where the bare endpoint took 1.8 ms: as ratios they hold on a machine of any speed.
            Row.AtMost("trigger → first script line, over that", toFirst.Median / bareFirst.Median, "×", 8 / 1.8, 5 / 1.8),
            new("… of which until the call is answered: stored, median", Text.Of(new Sample(answered).Median, "ms")),
            new("trigger → end known to a follower, median / p95", $"{Text.Of(toEnd.Median, "")} / {Text.Of(toEnd.At(0.95), "ms")}"),
        ];
    }
}
