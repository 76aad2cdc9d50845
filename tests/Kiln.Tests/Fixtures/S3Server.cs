using System.Diagnostics;
using System.Security.Cryptography;

namespace Kiln.Tests.Fixtures;

/// <summary>A real S3 server on a free port, of loopback unless told otherwise, which knows one access key, with one bucket over a directory.</summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "builds";
    public const string AccessKey = "S3RVER";
    public const string SecretKey = "S3RVER";

    private readonly Process _process;
    private readonly string _directory;
    private bool _isEnded;

    private S3Server(Process process, string directory, string endpoint)
    {
        _process = process;
        _directory = directory;
        Endpoint = endpoint;
    }

    /// <summary><c>http://address:port</c></summary>
    public string Endpoint { get; }

    public static async Task<S3Server> StartAsync(string directory, string address = "127.0.0.1")
    {
        var script = Path.Combine(await InstallAsync(), "node_modules", "s3rver", "bin", "s3rver.js");
        var process = Process.Start(new ProcessStartInfo(
            "node", [script, "--directory", directory, "--address", address, "--port", "0", "--configure-bucket", Bucket, "--silent"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        // S3rver listening on 127.0.0.1:41234
        string line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException("The S3 server ended before it listened.");
        }
        while (!line.Contains("listening", StringComparison.Ordinal));
        return new S3Server(process, directory, $"http://{line[(line.LastIndexOf(' ') + 1)..]}");
    }

    /// <summary>What lies under a key; <c>null</c> = nothing.</summary>
    public byte[]? Read(string key)
    {
        var file = Path.Combine(_directory, Bucket, $"{key}._S3rver_object");
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    /// <summary>Changes the first byte of every object below a prefix behind its back.</summary>
    public void Damage(string prefix)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_directory, Bucket, prefix), "*._S3rver_object", SearchOption.AllDirectories))
        {
            var content = File.ReadAllBytes(file);
            content[0]++;
            File.WriteAllBytes(file, content);
        }
    }

    /// <summary>Ends it; a second time does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isEnded, true))
        {
            return;
        }
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Installs it once for a machine, by the lock file beside it.</summary>
    private static async Task<string> InstallAsync()
    {
        var source = Path.Combine(Root(), "tests", "object-storage");
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"))))[..12];
        var cache = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "kiln", "test-tools");
        var target = Path.Combine(cache, $"object-storage-{hash}");
        if (Directory.Exists(target))
        {
            return target;
        }
        var draft = Path.Combine(cache, $"draft-{Guid.NewGuid():n}");
        Directory.CreateDirectory(draft);
        foreach (var file in (string[])["package.json", "package-lock.json"])
        {
            File.Copy(Path.Combine(source, file), Path.Combine(draft, file));
        }
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        {
            UseShellExecute = false,
            WorkingDirectory = draft,
        })!;
        await npm.WaitForExitAsync();
        Assert.Equal(0, npm.ExitCode);
        try
        {
            Directory.Move(draft, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Another test was faster; its copy is the same.
            Directory.Delete(draft, recursive: true);
        }
        return target;
    }

    private static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Kiln.slnx")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }
        return directory;
    }
}
