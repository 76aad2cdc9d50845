using System.Text.Json.Nodes;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Tests.Contracts.Client;

/// <summary>The sample of the client's README; what is between the marks is printed there.</summary>
internal static class ClientSample
{
    public static async Task RunAsync(Uri server, string token, TextWriter output, Stream log, CancellationToken cancellationToken)
    {
        // <sample>
        using var kiln = new KilnClient(server, token);

        // A definition is the body that the API takes, see /docs of the server.
        var build = new JsonObject
        {
            ["name"] = "hello", ["project_key"] = "shop", ["infrastructure"] = "vm", ["build_os"] = "ubuntu 24.04",
            ["installs"] = new JsonArray(), ["services"] = new JsonArray(),
            ["script_type"] = "shell", ["build_script"] = "echo hello",
        };
        if (await kiln.Definitions.CreateAsync(DefinitionKinds.Build, build, cancellationToken) is Answer<JsonObject>.Refused no)
        {
            await output.WriteLineAsync(no.Description); // every violation in one sentence
        }

        switch (await kiln.StartRunAsync("shop", "hello", new RunRequest(), cancellationToken))
        {
            case Answer<RunAccepted>.Ok started:
                await foreach (var run in kiln.WatchRunAsync(started.Value.RunId, cancellationToken))
                {
                    await output.WriteLineAsync($"{run.Status} {run.Message}");
                }
                await kiln.CopyLogAsync(started.Value.RunId, follow: false, log, cancellationToken);
                break;
            case Answer<RunAccepted>.Refused refused:
                await output.WriteLineAsync(refused.Description);
                break;
            case Answer<RunAccepted>.Unreachable away:
                await output.WriteLineAsync(away.Message);
                break;
        }
        // </sample>
    }
}
