using System.Globalization;
using Kiln.Contracts.Client;

namespace Kiln.Bench.Measures;

/// <summary>Live logs: how late a line is, what a hundred followers cost, how much a log slows its script.</summary>
internal static class FollowMeasure
{
    private const int Lines = 200;
    private const int Followers = 100;
    private const int Megabytes = 20;

    public static async Task<IReadOnlyList<Row>> RunAsync(Load load, CancellationToken cancellationToken) =>
    [
        await LatenessAsync(load, cancellationToken),
        .. await FollowersAsync(load, cancellationToken),
        await SlowdownAsync(load, cancellationToken),
    ];

    private static async Task<Row> LatenessAsync(Load load, CancellationToken cancellationToken)
    {
        await load.World.DefineAsync(
            "ticking", $"for i in $(seq {Lines}); do echo at $EPOCHREALTIME; sleep 0.01; done", cancellationToken);
        var runId = await load.StartAsync("ticking", cancellationToken);
        await using var log = await load.World.Server.Http.GetStreamAsync($"openapi/runs/{runId}/log?follow=true", cancellationToken);
        using var reader = new StreamReader(log);
        var late = new List<double>();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("at ", StringComparison.Ordinal))
            {
                late.Add(load.NowMs() - (double.Parse(line.AsSpan(3), CultureInfo.InvariantCulture) * 1000));
            }
        }
        return Row.AtMost("echo → follower, median", new Sample(late).Median, "ms", 20, 20);
    }

    private static async Task<IReadOnlyList<Row>> FollowersAsync(Load load, CancellationToken cancellationToken)
    {
        var file = load.World.Scratch["middle"];
        await BigLogMeasure.WriteAsync(file, Megabytes, cancellationToken);
        await load.World.DefineAsync("followed", $"sleep 0.5; cat '{file}'", cancellationToken);
        var server = load.World.Server.ProcessId;
        var before = BigLogMeasure.Settle(server);
        var began = load.Time.GetTimestamp();
        var runId = await load.StartAsync("followed", cancellationToken);
        var copied = await Task.WhenAll(Enumerable.Range(0, Followers).Select(
            _ => load.World.Server.Client.CopyLogAsync(runId, follow: true, Stream.Null, cancellationToken)));
        var seconds = load.Time.GetElapsedTime(began).TotalSeconds;
        var lengths = copied.Select(answer => answer is Answer<long>.Ok ok ? ok.Value : -1).Distinct().ToList();
        return
        [
            new($"{Followers} followers of a log of {Megabytes} MB, all done", Text.Of(seconds, "s")),
            Row.AtMost("followers that got another length", lengths is [> Megabytes * 1_000_000] ? 0 : lengths.Count, "", 0, 0),
            Row.AtMost($"server grows with {Followers} followers", Footprint.Peak(server) - before, "MB", 50, 50),
        ];
    }

    private static async Task<Row> SlowdownAsync(Load load, CancellationToken cancellationToken)
    {
        await load.World.DefineAsync(
            "slowed",
            """
            plain() { seq -f "%.0f a line that a compiler could have written" 1 400000; }
            plain > "$TMPDIR/once"
            a=$EPOCHREALTIME; plain > "$TMPDIR/file"; b=$EPOCHREALTIME; plain; c=$EPOCHREALTIME
            echo "took $a $b $c"
            """,
            cancellationToken);
        var ratios = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var runId = await load.StartAsync("slowed", cancellationToken);
            await load.EndAsync(runId, cancellationToken);
            var text = await load.ScriptTextAsync(runId, cancellationToken);
            var took = text[(text.LastIndexOf("took ", StringComparison.Ordinal) + 5)..].Split(' ')
                .Select(stamp => double.Parse(stamp, CultureInfo.InvariantCulture)).ToArray();
            ratios.Add((took[2] - took[1]) / (took[1] - took[0]));
        }
        return Row.AtMost("a script's time with its log, over its time into a file", new Sample(ratios).Median, "×", 1.3, 1.3);
    }
}
