using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln tests RUN</c>: what the test reports of a run say.</summary>
internal static class TestsCommand
{
    private static readonly Listing Failures = new(
        failure => failure.Text("name"),
        [
            new("TEST", failure => failure.Text("class_name") is { Length: > 0 } type ? $"{type}.{failure.Text("name")}" : failure.Text("name")),
            new("KIND", failure => failure.Text("kind")),
            new("SUITE", failure => failure.Text("suite")) { IsExtra = true },
            new("FILE", failure => failure.Text("file")) { IsExtra = true },
            new("MESSAGE", failure => failure.Text("message")),
        ]);

    public static Command Create(Terminal terminal)
    {
        var run = RunArgument.Create();
        var command = new Command("tests", "Show the test results of a run: totals, and what failed.") { run };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var asked = await client.GetAsync($"openapi/runs/{parsed.GetRequiredValue(run)}/tests", cancellationToken);
            if (asked is not Answer<JsonNode>.Ok { Value: var answer })
            {
                return terminal.Explain(asked);
            }
            var format = output.Of(parsed);
            var failures = answer.Objects("failures");
            if (format is OutputFormat.Table or OutputFormat.Wide)
            {
                await terminal.Output.WriteLineAsync(Totals(answer["totals"]));
                foreach (var problem in answer.Texts("problems"))
                {
                    await terminal.Errors.WriteLineAsync($"kiln: {problem}");
                }
                if (failures.Count == 0)
                {
                    return ExitCode.Success;
                }
            }
            await Failures.WriteAsync(terminal, format, failures, answer);
            return ExitCode.Success;
        });
        return command;
    }

    private static string Totals(JsonNode? totals) => totals is null
        ? "no test reports"
        : $"{totals.Text("tests")} tests: {totals.Text("passed")} passed, {totals.Text("failed")} failed, "
            + $"{totals.Text("errors")} errors, {totals.Text("skipped")} skipped";
}
