using System.CommandLine;
using Kiln.Cli.Connections;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln run BUILD</c>: starts a run.</summary>
internal static class RunCommand
{
    public static Command Create(Terminal terminal)
    {
        var build = new Argument<string>("BUILD") { Description = "Name of the build." };
        var project = new Option<string>("--project", "-p") { Description = "Key of its project.", HelpName = "KEY", Required = true };
        var service = new Option<string>("--service", "-s")
        {
            Description = "Service and module to build; the module may be left out when it has the same name.",
            HelpName = "SERVICE[/MODULE]",
        };
        var inputs = new Option<string[]>("--input", "-i")
        {
            Description = "Value of a parameter; may be repeated.",
            HelpName = "KEY=VALUE",
            DefaultValueFactory = _ => [],
        };
        inputs.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"--input {token.Value} must be KEY=VALUE.");
            }
        });
        var follow = new Option<bool>("--follow", "-f") { Description = "Show the log and end with the run's exit code." };
        var command = new Command("run", "Start a run of a build.") { build, project, service, inputs, follow };
        var connection = new Connection(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = connection.Open(parsed);
            var request = Request(parsed.GetValue(service), parsed.GetRequiredValue(inputs));
            var started = await client.StartRunAsync(
                parsed.GetRequiredValue(project), parsed.GetRequiredValue(build), request, cancellationToken);
            if (started is not Answer<RunAccepted>.Ok { Value.RunId: var runId })
            {
                return terminal.Explain(started);
            }
            if (parsed.GetValue(follow))
            {
                return await new RunReport(client, terminal)
                    .FollowAsync(runId, "\"Authorization: Bearer $KILN_TOKEN\"", cancellationToken);
            }
            await terminal.Output.WriteLineAsync($"{runId}");
            return ExitCode.Success;
        });
        return command;
    }

    private static RunRequest Request(string? service, IReadOnlyList<string> inputs)
    {
        var (name, module) = (service ?? "").Split('/', 2) is [var left, var right] ? (left, right) : (service ?? "", service ?? "");
        return new RunRequest
        {
            ServiceName = name,
            ServiceModule = module,
            Inputs = [.. inputs.Select(input => input.Split('=', 2)).Select(pair => new RunInput(pair[0], pair[1]))],
        };
    }
}
