using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Kiln.EndToEnd.Harness;

/// <summary>A real sshd on loopback with a host key of its own, which lets in the holder of one key.</summary>
public sealed class SshHost : IAsyncDisposable
{
    private readonly RunningProgram _program;

    private SshHost(RunningProgram program, string address, string key, string hostKey)
    {
        _program = program;
        Address = address;
        Key = key;
        HostKey = hostKey;
    }

    /// <summary><c>ssh://user@127.0.0.1:port</c></summary>
    public string Address { get; }

    /// <summary>The private key that it lets in.</summary>
    public string Key { get; }

    /// <summary>Its line of a known_hosts file.</summary>
    public string HostKey { get; }

    /// <summary>Another private key.</summary>
    public static string NewKey(Scratch scratch, string name)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", scratch[name]]) { UseShellExecute = false })!;
        process.WaitForExit();
        return File.ReadAllText(scratch[name]);
    }

    public static async Task<SshHost> StartAsync(Scratch scratch, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var key = NewKey(scratch, "ssh-user-key");
        NewKey(scratch, "ssh-host-key");
        var hostKey = (await File.ReadAllTextAsync(scratch["ssh-host-key.pub"], cancellationToken)).Split(' ');
        await File.WriteAllTextAsync(scratch["sshd_config"], $"""
            ListenAddress 127.0.0.1:{port}
            HostKey {scratch["ssh-host-key"]}
            AuthorizedKeysFile {scratch["ssh-user-key.pub"]}
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            PermitRootLogin prohibit-password
            """ + "\n", cancellationToken);
        if (Environment.IsPrivilegedProcess)
        {
            Directory.CreateDirectory("/run/sshd");
        }
        var program = RunningProgram.Start("/usr/sbin/sshd", ["-D", "-e", "-f", scratch["sshd_config"]], scratch.Path);
        await program.ComplainsAsync("Server listening", cancellationToken);
        return new SshHost(
            program, $"ssh://{Environment.UserName}@127.0.0.1:{port}", key, $"[127.0.0.1]:{port} {hostKey[0]} {hostKey[1]}");
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
