using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln audit</c>: who changed what, and who was refused.</summary>
internal static class AuditCommand
{
    private static readonly Listing Listing = new(
        record => record.Text("id"),
        [
            new("TIME", record => record.Time("time")),
            new("ACTOR", record => record.Text("actor") is { Length: > 0 } actor ? actor : "-"),
            new("STATUS", record => record.Text("status")),
            new("CALL", record => $"{record.Text("method")} {record.Text("path")}"),
            new("OUTCOME", record => record.Text("outcome")),
            new("FROM", record => record.Text("remote")) { IsExtra = true },
            new("PROJECT", record => record.Text("project_key")) { IsExtra = true },
            new("ID", record => record.Text("id")) { IsExtra = true },
        ]);

    public static Command Create(Terminal terminal)
    {
        var actor = new Option<string>("--actor") { Description = "Only of this token.", HelpName = "NAME" };
        var outcome = new Option<string>("--outcome") { Description = "done or refused.", HelpName = "OUTCOME" };
        outcome.AcceptOnlyFromAmong("done", "refused");
        var since = SpanOption.Create("--since", "Only as old as this, for example 30m, 12h or 7d.");
        var limit = new Option<int>("--limit", "-n")
        {
            Description = "How many at most, up to 1000.",
            HelpName = "N",
            DefaultValueFactory = static _ => 20,
        };
        var command = new Command("audit", "List changes and refused attempts, newest first.") { actor, outcome, since, limit };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal).WithProject();
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var query = $"pageSize={parsed.GetValue(limit)}"
                + Filter("actor", parsed.GetValue(actor)) + Filter("outcome", parsed.GetValue(outcome))
                + Filter("projectKey", connection.Project(parsed)) + Filter("from", From(parsed, since));
            var listed = await client.GetAsync($"openapi/system/audit?{query}", cancellationToken);
            if (listed is not Answer<JsonNode>.Ok { Value: var answer })
            {
                return terminal.Explain(listed);
            }
            await Listing.WriteAsync(terminal, output.Of(parsed), answer.Objects("records"), answer);
            return ExitCode.Success;
        });
        return command;
    }

    private static string? From(ParseResult parsed, Option<string> since) => SpanOption.Of(parsed, since) is { } span
        ? (TimeProvider.System.GetUtcNow() - span).ToUnixTimeSeconds().ToString()
        : null;

    private static string Filter(string name, string? value) =>
        string.IsNullOrEmpty(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
