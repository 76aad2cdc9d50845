using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Output;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln explain BUILD</c>: what a run would do, without running it.</summary>
internal static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("explain", "Say what a run would do, with which commits, where, and what stands against it.");
        var output = new OutputOption(command);
        new RunWords(command, terminal).SetAction(async (parsed, client, wanted, cancellationToken) =>
        {
            var asked = await client.ExplainAsync(wanted.Project, wanted.Build, wanted.Request, cancellationToken);
            if (asked is not Answer<JsonNode>.Ok { Value: var explained })
            {
                return terminal.Explain(asked);
            }
            var text = output.Of(parsed) switch
            {
                OutputFormat.Json => $"{JsonText.Of(explained)}\n",
                OutputFormat.Yaml => YamlWriter.Document(explained),
                OutputFormat.Name => $"{explained.Text("build_name")}\n",
                _ => ExplanationText.Of(explained, terminal.Palette),
            };
            await terminal.Output.WriteAsync(text);
            return explained.Text("can_run") == "true" ? ExitCode.Success : ExitCode.RunFailed;
        });
        return command;
    }
}
