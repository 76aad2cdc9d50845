using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Output;

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

    public static Command Create(Terminal terminal) => RunQuestion.Create(
        terminal, "tests", "Show the test results of a run: totals, and what failed.", Failures, "failures",
        async answer =>
        {
            await terminal.Output.WriteLineAsync(Totals(answer["totals"]));
            foreach (var problem in answer.Texts("problems"))
            {
                await terminal.Errors.WriteLineAsync($"kiln: {problem}");
            }
        });

    private static string Totals(JsonNode? totals) => totals is null
        ? "no test reports"
        : $"{totals.Text("tests")} tests: {totals.Text("passed")} passed, {totals.Text("failed")} failed, "
            + $"{totals.Text("errors")} errors, {totals.Text("skipped")} skipped";
}
