using System.CommandLine;
using Kiln.Cli.Connections;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln backup FILE</c>: everything a server keeps in one file, while it serves.</summary>
internal static class BackupCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "Where to write the archive (tar); - = standard output." };
        var keys = new Option<bool>("--keys")
        {
            Description = "Put the master key and the admin token into it, too. Whoever has the file then has every secret.",
        };
        var command = new Command("backup", "Back up a server while it serves.") { file, keys };
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var (path, withKeys) = (parsed.GetValue(file)!, parsed.GetValue(keys));
            var written = path == "-"
                ? await client.BackupAsync(withKeys, terminal.RawOutput, cancellationToken)
                : await WriteAsync(client, withKeys, path, cancellationToken);
            if (written is not Answer<long>.Ok { Value: var bytes })
            {
                return terminal.Explain(written);
            }
            await terminal.Errors.WriteLineAsync($"Backed up {client.Server} in {RunSummary.Size(bytes)}. " + (withKeys
                ? "The file opens every secret: keep it as one."
                : "It holds no key: its secrets are lost without the server's master key, so keep that, too, and apart."));
            return ExitCode.Success;
        });
        return command;
    }

    // Under its name the file is there whole or not at all.
    private static async Task<Answer<long>> WriteAsync(
        KilnClient client, bool withKeys, string path, CancellationToken cancellationToken)
    {
        var aside = $"{path}.part";
        try
        {
            Answer<long> answer;
            await using (var archive = new FileStream(aside, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                answer = await client.BackupAsync(withKeys, archive, cancellationToken);
                archive.Flush(flushToDisk: true);
            }
            if (answer is Answer<long>.Ok)
            {
                File.Move(aside, path, overwrite: true);
            }
            return answer;
        }
        finally
        {
            File.Delete(aside);
        }
    }
}
