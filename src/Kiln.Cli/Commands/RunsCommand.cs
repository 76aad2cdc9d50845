using System.CommandLine;
using Kiln.Cli.Connections;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln runs</c>: the newest runs, one a line.</summary>
internal static class RunsCommand
{
    public static Command Create(Terminal terminal)
    {
        var project = new Option<string>("--project", "-p") { Description = "Only of this project.", HelpName = "KEY" };
        var status = new Option<string>("--status") { Description = "Only in this status, for example running.", HelpName = "STATUS" };
        var limit = new Option<int>("--limit", "-n") { Description = "How many at most.", HelpName = "N", DefaultValueFactory = _ => 20 };
        var command = new Command("runs", "List runs, newest first.") { project, status, limit };
        var connection = new Connection(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = connection.Open(parsed);
            var query = $"pageSize={parsed.GetValue(limit)}"
                + Filter("projectKey", parsed.GetValue(project)) + Filter("status", parsed.GetValue(status));
            var listed = await client.ListRunsAsync(query, cancellationToken);
            if (listed is not Answer<RunPage>.Ok { Value: var page })
            {
                return terminal.Explain(listed);
            }
            foreach (var run in page.Runs)
            {
                await terminal.Output.WriteLineAsync(Line(run));
            }
            return ExitCode.Success;
        });
        return command;
    }

    private static string Filter(string name, string? value) =>
        string.IsNullOrEmpty(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static string Line(RunView run) =>
        $"{run.RunId,-8}{RunSummary.Word(run.Status),-11}{run.ProjectKey}/{run.BuildName}"
        + (run.ServiceName.Length > 0 ? $"  {run.ServiceName}/{run.ServiceModule}" : "")
        + (run.Message.Length > 0 ? $"  {run.Message}" : "");
}
