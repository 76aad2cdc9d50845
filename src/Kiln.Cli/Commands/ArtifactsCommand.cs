using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln artifacts ls|get</c>: what a run keeps.</summary>
internal static class ArtifactsCommand
{
    private static readonly Listing Listing = new(
        item => item.Text("path"),
        [
            new("PATH", item => item.Text("path")),
            new("KIND", item => item.Text("kind")),
            new("SIZE", item => RunSummary.Size(item.Number("size"))),
            new("SHA256", item => item.Text("sha256")) { IsExtra = true },
            new("DIGEST", item => item.Text("digest")) { IsExtra = true },
        ]);

    public static Command Create(Terminal terminal) => new("artifacts", "List and fetch what a run keeps.")
    {
        List(terminal), Get(terminal),
    };

    private static Command List(Terminal terminal)
    {
        var run = RunArgument.Create();
        var tree = new Option<bool>("--tree") { Description = "Show its files as a tree of directories, with their sums." };
        var command = new Command("ls", "List what a run keeps.") { run, tree };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var isTree = parsed.GetValue(tree);
            var listed = await client.GetAsync(
                $"openapi/runs/{parsed.GetRequiredValue(run)}/{(isTree ? "artifact-tree" : "artifacts")}", cancellationToken);
            if (listed is not Answer<JsonNode>.Ok { Value: var answer })
            {
                return terminal.Explain(listed);
            }
            if (isTree && output.Of(parsed) is OutputFormat.Table or OutputFormat.Wide)
            {
                await terminal.Output.WriteAsync(ArtifactTreeText.Of(answer["tree"]));
                return ExitCode.Success;
            }
            await Listing.WriteAsync(terminal, output.Of(parsed), answer.Objects("artifacts"), answer);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Get(Terminal terminal)
    {
        var run = RunArgument.Create();
        var path = new Argument<string>("PATH")
        {
            Description = "Which one, as ls shows it; without it the only one.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var target = new Option<string>("--output", "-o")
        {
            Description = "File to write, or - for standard output; else its name, here.",
            HelpName = "FILE",
        };
        var command = new Command("get", "Fetch one, and check its SHA-256.") { run, path, target };
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var runId = parsed.GetRequiredValue(run);
            var listed = await client.ListArtifactsAsync(runId, cancellationToken);
            if (listed is not Answer<RunArtifacts>.Ok { Value.Artifacts: var kept })
            {
                return terminal.Explain(listed);
            }
            var files = kept.Where(artifact => artifact.Kind != "image").ToList();
            var wanted = parsed.GetValue(path);
            if ((wanted is null && files.Count == 1 ? files[0] : files.Find(file => file.Path == wanted)) is not { } artifact)
            {
                return terminal.Fail(
                    files.Count == 0 ? $"Run {runId} keeps no files."
                        : $"Run {runId} has {string.Join(", ", files.Select(file => file.Path))}; name one of them.",
                    ExitCode.Usage);
            }
            return await FetchAsync(client, runId, artifact, parsed.GetValue(target), terminal, cancellationToken);
        });
        return command;
    }

    private static async Task<int> FetchAsync(
        KilnClient client, long runId, RunArtifact artifact, string? target, Terminal terminal, CancellationToken cancellationToken)
    {
        if (target == "-")
        {
            var copied = await client.CopyArtifactAsync(runId, artifact.Path, terminal.RawOutput, cancellationToken);
            return copied is Answer<long>.Ok ? ExitCode.Success : terminal.Explain(copied);
        }
        // The path is a build's word: only its last part names a file here, and nothing that is there is overwritten by it.
        var file = target ?? artifact.Path.Split('/')[^1];
        if (target is null && (file is "" or "." or ".." || Path.Exists(file)))
        {
            return terminal.Fail($"There is a {file} here already; name another file with -o.", ExitCode.Usage);
        }
        try
        {
            return await FetchFileAsync(client, runId, artifact, file, terminal, cancellationToken);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return terminal.Fail($"{file} cannot be written: {refused.Message}", ExitCode.Usage);
        }
    }

    private static async Task<int> FetchFileAsync(
        KilnClient client, long runId, RunArtifact artifact, string file, Terminal terminal, CancellationToken cancellationToken)
    {
        var aside = $"{file}.part";
        try
        {
            using var hash = SHA256.Create();
            await using (var stream = new FileStream(aside, FileMode.Create, FileAccess.Write))
            await using (var hashing = new CryptoStream(stream, hash, CryptoStreamMode.Write))
            {
                var copied = await client.CopyArtifactAsync(runId, artifact.Path, hashing, cancellationToken);
                if (copied is not Answer<long>.Ok)
                {
                    return terminal.Explain(copied);
                }
            }
            if (artifact.Sha256.Length > 0 && Convert.ToHexStringLower(hash.Hash!) != artifact.Sha256)
            {
                return terminal.Fail(
                    $"{artifact.Path} arrived damaged: its SHA-256 is not what the server says. Fetch it again.", ExitCode.Infrastructure);
            }
            File.Move(aside, file, overwrite: true);
            await terminal.Output.WriteLineAsync(file);
            return ExitCode.Success;
        }
        finally
        {
            File.Delete(aside);
        }
    }
}
