using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>A credential is used by a script and found nowhere.</summary>
public sealed class SecretsTests : IDisposable
{
    private const string Secret = "s3cr3t-Zq8Lw2-value";
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task The_value_is_in_no_log_no_file_and_no_argument_but_reaches_the_script()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token);
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        await builds.DefineAsync("secrets", $"""
            echo "it is $PASSWORD"
            echo "its length is $(printf %s "$PASSWORD" | wc -c)"
            read -r _ < {gate.Path} || true
            """, Token, body => body["parameters"] = new JsonArray(new JsonObject
        {
            ["key"] = "PASSWORD", ["type"] = "string", ["is_credential"] = true, ["default_value"] = Secret,
        }));
        var runId = await builds.StartAsync("secrets", Token);
        await gate.ArrivedAsync(Token);

        Assert.DoesNotContain(ProcessTable.All(), process => process.CommandLine.Contains(Secret));
        Assert.Empty(FilesWith(Secret));
        gate.Open();
        var run = await builds.EndAsync(runId, Token);

        Assert.Equal(RunStatus.Passed, run.Status);
        Assert.Empty(FilesWith(Secret));
        Assert.Equal(
            $"it is ********\nits length is {Secret.Length}\n",
            System.Text.Encoding.UTF8.GetString(await builds.LogAsync(runId, "script", Token)));
    }

    private IEnumerable<string> FilesWith(string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        return Directory.EnumerateFiles(_scratch.Path, "*", new EnumerationOptions { RecurseSubdirectories = true })
            .Where(path => !new FileInfo(path).Attributes.HasFlag(FileAttributes.Device) && path != _scratch["gate"])
            // Locks are empty and held by their owners, sockets hold nothing: neither can be opened.
            .Where(path => Path.GetExtension(path) is not (".lock" or ".sock"))
            .Where(path => Contents(path).AsSpan().IndexOf(bytes) >= 0);
    }

    // Files that a run makes and removes may go while they are looked at.
    private static byte[] Contents(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new MemoryStream();
            file.CopyTo(content);
            return content.ToArray();
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }
}
