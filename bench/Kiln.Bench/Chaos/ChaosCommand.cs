using System.CommandLine;

namespace Kiln.Bench.Chaos;

/// <summary><c>chaos</c>: kills everything there is at random moments of a mixed load and checks what was promised.</summary>
internal static class ChaosCommand
{
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "How many rounds.", DefaultValueFactory = _ => 20 };
        var seed = new Option<int?>("--seed") { Description = "Seed of the first round, to play it again; default: a random one." };
        var load = new Option<int>("--runs") { Description = "Runs in a round.", DefaultValueFactory = _ => 12 };
        var postgres = new Option<bool>("--postgres") { Description = "Keep the data in a PostgreSQL of its own, which is killed too." };
        var power = new Option<bool>("--power-cuts")
        {
            Description = "Cut the power of their machines, too: their disks, made for it, lose what was not synced. Needs root.",
        };
        var kubernetes = new Option<bool>("--kubernetes")
        {
            Description = "Run in pods of a real cluster of this machine's own, whose nodes, pods and API server are killed.",
        };
        var command = new Command("chaos", "Kills server, agent, exec, database and cluster at random moments of a load; then checks every promise.")
        {
            rounds, seed, load, postgres, power, kubernetes,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(power) && result.GetValue(kubernetes))
            {
                result.AddError("--power-cuts is of hosts; with --kubernetes, nodes lose their power anyway.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new ChaosOptions(
                parsed.GetValue(rounds), parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000), parsed.GetValue(load))
            {
                UsesPostgres = parsed.GetValue(postgres),
                CutsPower = parsed.GetValue(power),
                RunsInPods = parsed.GetValue(kubernetes),
            };
            var violations = await ChaosPlay.RunAsync(options, Console.Out, cancellationToken);
            return violations.Count == 0 ? 0 : 1;
        });
        return command;
    }
}
