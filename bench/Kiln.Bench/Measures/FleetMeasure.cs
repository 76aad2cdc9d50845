using System.Globalization;
using System.Text.Json.Nodes;
using Kiln.Bench.Worlds;

namespace Kiln.Bench.Measures;

/// <summary>Two thousand connected agents, simulated over the real protocol, and ten thousand queued runs.</summary>
internal static class FleetMeasure
{
    private const int Clients = 16;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(12);

    public static async Task<IReadOnlyList<Row>> RunAsync(int agents, int runs, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(new WorldOptions(), cancellationToken);
        var load = new Load(world, time);
        var server = world.Server.ProcessId;
        await world.DefineAsync("fleet", "true", cancellationToken, body => body["vm_labels"] = new JsonArray("simulated"));
        var empty = BigLogMeasure.Settle(server);

        var began = time.GetTimestamp();
        await QueueAsync(load, runs, cancellationToken);
        var queued = time.GetElapsedTime(began).TotalSeconds;
        var whenQueued = Footprint.Peak(server) - empty;

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var http = new HttpClient { BaseAddress = world.Server.Address, Timeout = Timeout.InfiniteTimeSpan };
        var token = await world.Server.NewAgentTokenAsync("fleet", cancellationToken);
        var left = runs;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Ended() => _ = Interlocked.Decrement(ref left) == 0 && done.TrySetResult();
        began = time.GetTimestamp();
        var fleet = Enumerable.Range(0, agents)
            .Select(number => new SimulatedAgent(http, token, $"agent-{number}", Ended).RunAsync(stopping.Token)).ToList();
        var broken = Task.WhenAny(fleet);
        if (await Task.WhenAny(done.Task, broken) == broken)
        {
            await await broken;
        }
        var drained = time.GetElapsedTime(began).TotalSeconds;

        var before = Footprint.Processor(server);
        began = time.GetTimestamp();
        await Task.Delay(Idle, time, cancellationToken);
        var idle = (Footprint.Processor(server) - before) / time.GetElapsedTime(began) * 100;

        // One run comes while all of them wait: it must not wake them all.
        const int trickle = 50;
        before = Footprint.Processor(server);
        left = trickle;
        done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < trickle; i++)
        {
            await load.StartAsync("fleet", cancellationToken);
        }
        await done.Task.WaitAsync(cancellationToken);
        var each = (Footprint.Processor(server) - before).TotalMilliseconds / trickle;
        await stopping.CancelAsync();
        return
        [
            new($"{runs} runs queued by {Clients} clients", Text.Of(runs / queued, "runs/s")),
            new($"… leased by and reported from {agents} agents", Text.Of(runs / drained, "runs/s")),
            Row.AtMost($"server grows with {runs} queued runs", whenQueued, "MB", 100, 50),
            Row.AtMost($"… and with {agents} agents that wait", Footprint.Peak(server) - empty, "MB", 300, 150),
            new($"server's CPU while {agents} agents wait", string.Create(CultureInfo.InvariantCulture, $"{idle:0.0} % of one core")),
            Row.AtMost($"server's CPU for a run that comes while {agents} agents wait", each, "ms", 10, 3),
        ];
    }

    private static Task QueueAsync(Load load, int runs, CancellationToken cancellationToken) =>
        Load.ByClientsAsync(runs, Clients, async (_, stopped) => await load.StartAsync("fleet", stopped), cancellationToken);
}
