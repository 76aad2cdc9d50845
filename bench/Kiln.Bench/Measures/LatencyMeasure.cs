using System.Globalization;

namespace Kiln.Bench.Measures;

/// <summary>From the call that starts a run to the first line of its script, one run after the other.</summary>
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
        for (var i = 0; i < WarmUp + Runs; i++)
        {
            var asked = load.NowMs();
            var runId = await load.StartAsync("first-line", cancellationToken);
            var told = load.NowMs();
            await load.EndAsync(runId, cancellationToken);
            var ended = load.NowMs();
            if (i >= WarmUp)
            {
                var spoke = double.Parse(await load.ScriptTextAsync(runId, cancellationToken), CultureInfo.InvariantCulture) * 1000;
                first.Add(spoke - asked);
                answered.Add(told - asked);
                finished.Add(ended - asked);
            }
        }
        var toFirst = new Sample(first);
        var toEnd = new Sample(finished);
        return
        [
            Row.AtMost("trigger → first script line, median", toFirst.Median, "ms", 8, 5),
            new("trigger → first script line, p95", Text.Of(toFirst.At(0.95), "ms")),
            new("… of which until the call is answered: stored, median", Text.Of(new Sample(answered).Median, "ms")),
            new("trigger → end known to a follower, median / p95", $"{Text.Of(toEnd.Median, "")} / {Text.Of(toEnd.At(0.95), "ms")}"),
        ];
    }
}
