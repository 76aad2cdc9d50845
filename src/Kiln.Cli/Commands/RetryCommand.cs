using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln retry RUN</c>: a new attempt of the same run.</summary>
internal static class RetryCommand
{
    public static Command Create(Terminal terminal, Interrupt interrupt)
    {
        var run = RunArgument.Create();
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "Show the log and end with the run's exit code.",
        };
        var fromFailed = new Option<bool>("--from-failed")
        {
            Description = "Go on from the step that failed, in the workspace that the run's host has kept (see --keep-workspace of run).",
        };
        var command = new Command("retry", "Run again what ended: same plan, inputs and commits.") { run, fromFailed, follow };
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var runId = parsed.GetRequiredValue(run);
            var request = new RetryRequest { From = parsed.GetValue(fromFailed) ? RetryFrom.FailedStep : RetryFrom.Beginning };
            var queued = await client.RetryRunAsync(runId, request, cancellationToken);
            if (queued is not Answer<JsonNode>.Ok { Value: var order })
            {
                return terminal.Explain(queued);
            }
            if (parsed.GetValue(follow))
            {
                return await new FollowedRun(client, terminal, interrupt).FollowAsync(runId, cancellationToken);
            }
            await terminal.Output.WriteLineAsync($"run {runId} queued, attempt {order.Text("attempt")}");
            return ExitCode.Success;
        });
        return command;
    }
}
