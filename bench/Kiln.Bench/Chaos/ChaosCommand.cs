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
        var command = new Command("chaos", "Kills server, agent, exec and database at random moments of a load; then checks every promise.")
        {
            rounds, seed, load, postgres,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var violations = await ChaosPlay.RunAsync(
                parsed.GetValue(rounds),
                parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000),
                parsed.GetValue(load),
                parsed.GetValue(postgres),
                Console.Out,
                cancellationToken);
            return violations.Count == 0 ? 0 : 1;
        });
        return command;
    }
}
