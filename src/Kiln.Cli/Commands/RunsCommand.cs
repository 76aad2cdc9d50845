using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln runs</c>: the newest runs, one a line.</summary>
internal static class RunsCommand
{
    private static readonly Listing Listing = new(
        run => run.Text("run_id"),
        [
            new("RUN", run => run.Text("run_id")),
            new("STATUS", run => run.Text("status")),
            new("PROJECT", run => run.Text("project_key")),
            new("BUILD", run => run.Text("build_name")),
            new("SERVICE", Service),
            new("CREATED", run => run.Time("created_time")),
            new("TOOK", run => run.Number("end_time") > 0 ? RunSummary.Duration(run.Number("start_time"), run.Number("duration_ms")) : ""),
            new("BY", run => run.Text("created_by")) { IsExtra = true },
            new("HOST", run => run.Text("host")) { IsExtra = true },
            new("ATTEMPT", run => run.Text("attempt")) { IsExtra = true },
            new("REVISION", run => run.Text("revision")) { IsExtra = true },
            new("REASON", run => run.Text("reason")) { IsExtra = true },
            new("MESSAGE", run => run.Text("message")),
        ]);

    public static Command Create(Terminal terminal)
    {
        var build = new Option<string>("--build") { Description = "Only of this build.", HelpName = "NAME" };
        var service = new Option<string>("--service", "-s")
        {
            Description = "Only of this service.",
            HelpName = "NAME",
        };
        var status = new Option<string>("--status")
        {
            Description = "Only in this status, for example running.",
            HelpName = "STATUS",
        };
        var limit = new Option<int>("--limit", "-n")
        {
            Description = "How many at most, up to 1000.",
            HelpName = "N",
            DefaultValueFactory = static _ => 20,
        };
        var run = new Argument<long?>("RUN") { Description = "Show this one with its steps.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("runs", "List runs, newest first, or show one.") { run, build, service, status, limit };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal).WithProject();
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            if (parsed.GetValue(run) is { } runId)
            {
                return await OneAsync(client, runId, output.Of(parsed), terminal, cancellationToken);
            }
            var query = $"pageSize={parsed.GetValue(limit)}"
                + Filter("projectKey", connection.Project(parsed)) + Filter("build_name", parsed.GetValue(build))
                + Filter("service_name", parsed.GetValue(service)) + Filter("status", parsed.GetValue(status));
            var listed = await client.GetAsync($"openapi/runs?{query}", cancellationToken);
            if (listed is not Answer<JsonNode>.Ok { Value: var page })
            {
                return terminal.Explain(listed);
            }
            await Listing.WriteAsync(terminal, output.Of(parsed), page.Objects("runs"), page);
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<int> OneAsync(
        KilnClient client, long runId, OutputFormat format, Terminal terminal, CancellationToken cancellationToken)
    {
        if (format is not OutputFormat.Table)
        {
            var raw = await client.GetAsync($"openapi/runs/{runId}", cancellationToken);
            if (raw is not Answer<JsonNode>.Ok { Value: var answer })
            {
                return terminal.Explain(raw);
            }
            await Listing.WriteAsync(terminal, format, [answer.AsObject()], answer);
            return ExitCode.Success;
        }
        var asked = await client.GetRunAsync(runId, cancellationToken);
        if (asked is not Answer<RunView>.Ok { Value: var view })
        {
            return terminal.Explain(asked);
        }
        var kept = await client.ListArtifactsAsync(runId, cancellationToken);
        if (kept is not Answer<RunArtifacts>.Ok { Value.Artifacts: var artifacts })
        {
            return terminal.Explain(kept);
        }
        await terminal.Output.WriteAsync(RunSummary.Of(
            view, artifacts, artifact => $"kiln artifacts get {runId} {artifact.Path}").TrimStart('\n'));
        return ExitCode.Success;
    }

    private static string Filter(string name, string? value) =>
        string.IsNullOrEmpty(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static string Service(JsonObject run) => (run.Text("service_name"), run.Text("service_module")) switch
    {
        ("", _) => "",
        var (name, module) when name == module => name,
        var (name, module) => $"{name}/{module}",
    };
}
