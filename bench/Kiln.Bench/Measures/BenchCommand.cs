using System.CommandLine;
using Kiln.Bench.Worlds;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Measures;

/// <summary><c>bench</c>: the whole system measured, one table.</summary>
internal static class BenchCommand
{
    private const int SlowSyncMicroseconds = 5000;

    public static Command Create()
    {
        var only = new Option<string[]>("--only")
        {
            Description = $"Some measures: {string.Join(", ", Names)}.", AllowMultipleArgumentsPerToken = true,
        };
        only.AcceptOnlyFromAmong(Names);
        var output = new Option<string?>("--output") { Description = "File for the table, for example docs/bench.md; default: the terminal alone." };
        var agents = new Option<int>("--agents") { Description = "Simulated agents of the fleet.", DefaultValueFactory = _ => 2000 };
        var runs = new Option<int>("--queued") { Description = "Queued runs of the fleet.", DefaultValueFactory = _ => 10_000 };
        var command = new Command("bench", "Measures speed, memory and load on this machine.") { only, output, agents, runs };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var names = parsed.GetValue(only) is { Length: > 0 } some ? some : Names;
            var rows = new List<Row>();
            using var scratch = new Scratch();
            var machine = await Machine.DescribeAsync(scratch, TimeProvider.System, cancellationToken);
            await Console.Out.WriteLineAsync(string.Join('\n', machine) + "\n\n" + Table.Head);
            var told = string.Join(' ', ["./kiln", .. Environment.GetCommandLineArgs()[1..]]);
            try
            {
                foreach (var name in names)
                {
                    await foreach (var row in MeasureAsync(name, parsed.GetValue(agents), parsed.GetValue(runs), cancellationToken))
                    {
                        rows.Add(row);
                        await Console.Out.WriteLineAsync(Table.Line(row));
                        if (parsed.GetValue(output) is { } file)
                        {
                            // After every row: what was measured is kept, whatever comes next.
                            await File.WriteAllTextAsync(file, Table.Page(machine, told, rows), cancellationToken);
                        }
                    }
                }
            }
            catch (MeasureFailedException failed)
            {
                await Console.Error.WriteLineAsync($"kiln-bench: {failed.Message}");
                return 2;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("kiln-bench: told to stop.");
                return 130;
            }
            return rows.Exists(row => row.Verdict == Verdict.Missed) ? 1 : 0;
        });
        return command;
    }

    private static string[] Names => ["start", "latency", "burst", "slow-disk", "big-log", "follow", "api", "cache", "checkout", "fleet", "pods", "pods-simulated"];

    private static IAsyncEnumerable<Row> MeasureAsync(string name, int agents, int runs, CancellationToken cancellationToken) => name switch
    {
        "fleet" => FleetMeasure.RunAsync(agents, runs, TimeProvider.System, cancellationToken).InTurnAsync(),
        "pods" => PodMeasure.RunAsync(TimeProvider.System, cancellationToken),
        "pods-simulated" => SimulatedPodMeasure.RunAsync(TimeProvider.System, cancellationToken),
        _ => OnThisMachineAsync(name, cancellationToken).InTurnAsync(),
    };

    private static async IAsyncEnumerable<Row> InTurnAsync(this Task<IReadOnlyList<Row>> measure)
    {
        foreach (var row in await measure)
        {
            yield return row;
        }
    }

    private static async Task<IReadOnlyList<Row>> OnThisMachineAsync(string name, CancellationToken cancellationToken)
    {
        using var scratch = new Scratch();
        var environment = name == "slow-disk"
            ? await SlowDisk.EnvironmentAsync(scratch, SlowSyncMicroseconds, cancellationToken)
            : [];
        if (environment is null)
        {
            return [new Row("the burst with 5 ms added to every fsync", "not measured: there is no C compiler")];
        }
        // Where the agent's own share is of interest it is a process of its own; else the usual single machine is measured.
        var isApart = name is "start" or "big-log";
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                AgentCapacity = isApart ? 2 * Environment.ProcessorCount : 0,
                EmbeddedCapacity = isApart ? 0 : 2 * Environment.ProcessorCount,
                Environment = environment,
            },
            cancellationToken);
        var load = new Load(world, TimeProvider.System);
        return name switch
        {
            "start" => await StartMeasure.RunAsync(load, cancellationToken),
            "latency" => await LatencyMeasure.RunAsync(load, cancellationToken),
            "burst" => await BurstMeasure.RunAsync(load, cancellationToken),
            "slow-disk" =>
            [
                .. (await BurstMeasure.RunAsync(load, cancellationToken)).Select(
                    row => row with { What = $"5 ms added to every fsync: {row.What}", Floor = "", Goal = "", Verdict = Verdict.None }),
            ],
            "big-log" => await BigLogMeasure.RunAsync(load, cancellationToken),
            "cache" => await CacheMeasure.RunAsync(load, cancellationToken),
            "checkout" => await CheckoutMeasure.RunAsync(load, cancellationToken),
            "follow" => await FollowMeasure.RunAsync(load, cancellationToken),
            _ => await ApiMeasure.RunAsync(load, cancellationToken),
        };
    }
}
