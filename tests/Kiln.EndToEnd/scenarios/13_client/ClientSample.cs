using System.Text.Json.Nodes;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The sample of src/Kiln.Contracts/README.md, word for word.</summary>
internal static class ClientSample
{
    // <sample>
    public static async Task<RunStatus> BuildAsync(Uri server, string token, Stream log, CancellationToken cancellationToken)
    {
        using var kiln = new KilnClient(server, token);

        // A definition is the body that the API takes.
        var build = new JsonObject
        {
            ["name"] = "greeting",
            ["project_key"] = "yaml",
            ["infrastructure"] = "vm",
            ["build_os"] = "ubuntu 22.04",
            ["script_type"] = "shell",
            ["installs"] = new JsonArray(),
            ["services"] = new JsonArray(),
            ["build_script"] = "echo hello from C#",
        };
        switch (await kiln.Definitions.CreateAsync(DefinitionKinds.Build, build, cancellationToken))
        {
            case Answer<JsonObject>.Refused refused:
                // Every violation at once, each with its field.
                throw new InvalidOperationException(string.Join('\n', refused.Errors.Select(error => $"{error.Field}: {error.Message}")));
            case Answer<JsonObject>.Unreachable unreachable:
                throw new InvalidOperationException(unreachable.Message);
        }

        if (await kiln.StartRunAsync("yaml", "greeting", new RunRequest(), cancellationToken) is not Answer<RunAccepted>.Ok { Value.RunId: var runId })
        {
            throw new InvalidOperationException("The run was not taken.");
        }

        // Byte for byte, until the run has ended.
        await kiln.CopyLogAsync(runId, follow: true, log, cancellationToken);
        return await kiln.GetRunAsync(runId, cancellationToken) is Answer<RunView>.Ok { Value.Status: var status } ? status : RunStatus.Lost;
    }
    // </sample>
}
