using System.CommandLine;
using Kiln.Bench.Measures;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Lists;

/// <summary><c>lists</c>: pages of long lists beside those of a short one, on both databases.</summary>
internal static class ListsCommand
{
    public static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "Runs in the long list.", DefaultValueFactory = _ => 1_000_000 };
        var builds = new Option<int>("--builds") { Description = "Builds in the long list.", DefaultValueFactory = _ => 100_000 };
        var only = new Option<string?>("--database") { Description = "sqlite or postgresql; default: one after the other." };
        only.AcceptOnlyFromAmong("sqlite", "postgresql");
        var output = new Option<string?>("--output") { Description = "File for the table, for example docs/bench-lists.md; default: the terminal alone." };
        var command = new Command("lists", "Measures lists of many builds and runs.") { runs, builds, only, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var scratch = new Scratch();
            var machine = await Machine.DescribeAsync(scratch, TimeProvider.System, cancellationToken);
            await Console.Out.WriteLineAsync(string.Join('\n', machine) + "\n\n" + Table.Head);
            var rows = new List<Row>();
            foreach (var database in (string[])["sqlite", "postgresql"])
            {
                if (parsed.GetValue(only) is { } wanted && wanted != database)
                {
                    continue;
                }
                var size = new ListsSize(parsed.GetValue(builds), parsed.GetValue(runs));
                await foreach (var row in ListsMeasure.RunAsync(database, size, TimeProvider.System, cancellationToken))
                {
                    rows.Add(row);
                    await Console.Out.WriteLineAsync(Table.Line(row));
                }
            }
            if (parsed.GetValue(output) is { } file)
            {
                var told = string.Join(' ', ["kiln-bench", .. Environment.GetCommandLineArgs()[1..]]);
                await File.WriteAllTextAsync(file, Table.Page(machine, told, rows), cancellationToken);
            }
            return rows.Exists(row => row.Verdict == Verdict.Missed) ? 1 : 0;
        });
        return command;
    }
}

/// <summary>How long the lists are.</summary>
internal sealed record ListsSize(int Builds, int Runs);
