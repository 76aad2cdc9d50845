using System.Security.Cryptography;
using System.Text;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The server is killed while it packs a log; what the script wrote is served all the time.</summary>
public sealed class PackedLogTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Every_byte_is_the_same_before_during_and_after_packing_also_when_the_server_dies_in_the_middle_of_it()
    {
        var written = _scratch["written"];
        await WriteAsync(written);
        var hash = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(written, Token)));
        await using var server = await KilnServer.StartAsync(_scratch, Token);
        var builds = new BuildDriver(server);
        var logs = Path.Combine(server.DataDirectory, "logs");
        using var begun = new Seen(logs, "*.packed.new");
        using var done = new Seen(logs, "*.packed");

        var run = await builds.RunAsync("packed", $"cat '{written}'", Token);
        Assert.Equal(hash, await HashAsync(builds, run.RunId));

        await begun.WaitAsync(Token);
        await server.CrashAsync(Token);
        await server.RestartAsync(Token);
        Assert.Equal(hash, await HashAsync(builds, run.RunId));

        await done.WaitAsync(Token);
        Assert.Equal(hash, await HashAsync(builds, run.RunId));
        Assert.Equal("no line end", await TailAsync(server, run.RunId));
    }

    private static async Task WriteAsync(string file)
    {
        await using var content = File.Create(file);
        var random = new Random(11);
        var binary = new byte[30 << 20];
        random.NextBytes(binary);
        await content.WriteAsync(binary, Token);
        await content.WriteAsync(Enumerable.Repeat((byte)'x', 10 << 20).Append((byte)'\n').ToArray(), Token);
        for (var i = 0; i < 200_000; i++)
        {
            await content.WriteAsync(Encoding.UTF8.GetBytes($"line {i} of many, 日志 {random.Next()}\n"), Token);
        }
        await content.WriteAsync("no line end"u8.ToArray(), Token);
    }

    private static async Task<string> HashAsync(BuildDriver builds, long runId) =>
        Convert.ToHexString(SHA256.HashData(await builds.LogAsync(runId, "script", Token)));

    private static Task<string> TailAsync(KilnServer server, long runId) =>
        server.Http.GetStringAsync($"openapi/runs/{runId}/log?step=script&tail=1", Token);

    /// <summary>Waits for a name that appears below a directory.</summary>
    private sealed class Seen : IDisposable
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly FileSystemWatcher _watcher;

        public Seen(string directory, string pattern)
        {
            Directory.CreateDirectory(directory);
            _watcher = new FileSystemWatcher(directory, pattern) { IncludeSubdirectories = true };
            _watcher.Created += (_, _) => _seen.TrySetResult();
            _watcher.Renamed += (_, _) => _seen.TrySetResult();
            _watcher.EnableRaisingEvents = true;
        }

        public Task WaitAsync(CancellationToken cancellationToken) => _seen.Task.WaitAsync(cancellationToken);

        public void Dispose() => _watcher.Dispose();
    }
}
