using System.CommandLine;
using Kiln.Bench.Chaos;
using Kiln.Bench.Lists;
using Kiln.Bench.Measures;

var root = new RootCommand("Measures and torments a whole Kiln: real processes, the real protocol.");
root.Subcommands.Add(BenchCommand.Create());
root.Subcommands.Add(ChaosCommand.Create());
root.Subcommands.Add(ListsCommand.Create());
// Told to stop, it takes its servers, agents and clusters along, which takes a while.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
