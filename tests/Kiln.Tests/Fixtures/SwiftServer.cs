using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Kiln.Tests.Fixtures;

/// <summary>
/// A real OpenStack Swift with its S3 front on loopback, where it is installed (swift-proxy, swift-account, swift-container,
/// swift-object): unlike <see cref="S3Server"/> it checks signatures and hashes.
/// </summary>
internal sealed class SwiftServer : IAsyncDisposable
{
    public const string AccessKey = "test:tester";
    public const string SecretKey = "testing";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly List<Process> _processes = [];
    private readonly int _port = FreePort();

    private SwiftServer() { }

    public static bool IsInstalled => File.Exists("/usr/bin/swift-proxy-server") && File.Exists("/usr/bin/swift-object-server");

    public int Port => _port;

    public static async Task<SwiftServer> StartAsync(string directory)
    {
        var server = new SwiftServer();
        await File.WriteAllTextAsync(Path.Combine(directory, "swift.conf"), "[swift-hash]\nswift_hash_path_suffix = a\nswift_hash_path_prefix = b\n");
        Directory.CreateDirectory(Path.Combine(directory, "srv", "d1"));
        foreach (var kind in (string[])["account", "container", "object"])
        {
            var port = FreePort();
            var builder = Path.Combine(directory, $"{kind}.builder");
            Build(builder, "create", "1", "1", "1");
            Build(builder, "add", $"r1z1-127.0.0.1:{port}/d1", "1");
            Build(builder, "rebalance");
            await server.LaunchAsync(directory, kind, port, $"""
                devices = {directory}/srv
                mount_check = false
                [pipeline:main]
                pipeline = {kind}-server
                [app:{kind}-server]
                use = egg:swift#{kind}
                [{kind}-replicator]
                [{kind}-updater]
                """);
        }
        await server.LaunchAsync(directory, "proxy", server._port, $"""
            [pipeline:main]
            pipeline = catch_errors cache listing_formats bulk s3api tempauth slo dlo proxy-server
            [app:proxy-server]
            use = egg:swift#proxy
            account_autocreate = true
            [filter:catch_errors]
            use = egg:swift#catch_errors
            # Wanted by the others; that nothing is there costs no more than what it would have remembered.
            [filter:cache]
            use = egg:swift#memcache
            memcache_servers = 127.0.0.1:9
            [filter:listing_formats]
            use = egg:swift#listing_formats
            [filter:bulk]
            use = egg:swift#bulk
            [filter:slo]
            use = egg:swift#slo
            minimum_segment_size = 1
            [filter:dlo]
            use = egg:swift#dlo
            [filter:s3api]
            use = egg:swift#s3api
            [filter:tempauth]
            use = egg:swift#tempauth
            user_test_tester = {SecretKey} .admin
            """);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private async Task LaunchAsync(string directory, string kind, int port, string settings)
    {
        var file = Path.Combine(directory, $"{kind}.conf");
        await File.WriteAllTextAsync(
            file, $"[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = {port}\nworkers = 0\nuser = {Environment.UserName}\nswift_dir = {directory}\n{settings}\n");
        var process = Process.Start(new ProcessStartInfo($"/usr/bin/swift-{kind}-server", [file]) { UseShellExecute = false })!;
        _processes.Add(process);
        using var patience = new CancellationTokenSource(Patience);
        // It says nothing when it listens.
        while (!await ListensAsync(port, patience.Token))
        {
            Assert.False(process.HasExited, $"swift-{kind}-server ended before it listened");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        }
    }

    private static async Task<bool> ListensAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Build(string builder, params string[] arguments)
    {
        using var ring = Process.Start(new ProcessStartInfo("swift-ring-builder", [builder, .. arguments])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var said = ring.StandardOutput.ReadToEnd();
        ring.WaitForExit();
        // 1 is a warning.
        Assert.True(ring.ExitCode < 2, said);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
