using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln explain BUILD</c>: what a run would do, without running it.</summary>
internal static class ExplainCommand
{
    private static readonly Listing Steps = new(
        step => step.Text("name"),
        [new("STEP", step => step.Text("name")), new("DOES", step => step.Text("does"))]);

    public static Command Create(Terminal terminal)
    {
        var build = new Argument<string>("BUILD") { Description = "Name of the build." };
        var service = new Option<string>("--service", "-s")
        {
            Description = "Service and module; the module may be left out when it has the same name.",
            HelpName = "SERVICE[/MODULE]",
            DefaultValueFactory = static _ => "",
        };
        var command = new Command("explain", "Say what a run of a build would do, where, and what is missing.") { build, service };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal).WithProject();
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var (name, project) = (parsed.GetRequiredValue(build), connection.Project(parsed));
            if (project.Length == 0)
            {
                (project, var problem, var code) = await ProjectSearch.FindAsync(client.Definitions, name, cancellationToken);
                if (code != ExitCode.Success)
                {
                    return terminal.Fail(problem, code);
                }
            }
            var asked = await client.GetAsync(PathOf(project, name, parsed.GetRequiredValue(service)), cancellationToken);
            if (asked is not Answer<JsonNode>.Ok { Value: var explanation })
            {
                return terminal.Explain(asked);
            }
            var format = output.Of(parsed);
            if (format is OutputFormat.Table or OutputFormat.Wide)
            {
                await terminal.Output.WriteAsync(Head(explanation));
            }
            await Steps.WriteAsync(terminal, format, Lines(explanation), explanation);
            return explanation.Text("can_run") == "true" ? ExitCode.Success : ExitCode.RunFailed;
        });
        return command;
    }

    private static string PathOf(string project, string build, string service)
    {
        var (name, module) = service.Split('/', 2) is [var left, var right] ? (left, right) : (service, service);
        var path = $"openapi/build/{Uri.EscapeDataString(build)}/explain?projectKey={Uri.EscapeDataString(project)}";
        return service.Length == 0
            ? path
            : $"{path}&service_name={Uri.EscapeDataString(name)}&service_module={Uri.EscapeDataString(module)}";
    }

    private static string Head(JsonNode explanation)
    {
        var missing = explanation.Objects("missing");
        var lines = new List<string>();
        if (explanation.Text("can_run") != "true")
        {
            lines.Add($"It cannot run: {missing.Count} {(missing.Count == 1 ? "thing is" : "things are")} missing.");
            lines.AddRange(missing.Select(problem => $"  {problem.Text("field")}: {problem.Text("message")}"));
        }
        if (explanation["place"] is { } place)
        {
            lines.Add(place.Text("message"));
        }
        lines.AddRange(explanation.Objects("repos").Where(static repo => repo.Text("commit_id").Length > 0)
            .Select(static repo => $"{repo.Text("url")} at {repo.Text("commit_id")}"));
        return string.Concat(lines.Select(static line => $"{line}\n"));
    }

    // One line for each thing that a step does; its name stands at the first.
    private static List<JsonObject> Lines(JsonNode explanation) =>
    [
        .. explanation.Objects("steps").SelectMany(static step => (step["does"] as JsonArray ?? []).Select((line, index) => new JsonObject
        {
            ["name"] = index == 0 ? step.Text("name") : "", ["does"] = JsonFields.Text(line),
        })),
    ];
}
