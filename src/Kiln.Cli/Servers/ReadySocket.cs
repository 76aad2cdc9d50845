using System.Net.Sockets;
using System.Text;

namespace Kiln.Cli.Servers;

/// <summary>The socket on which a server announces that it is ready (systemd's notification protocol).</summary>
internal sealed class ReadySocket : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kiln-");
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public ReadySocket()
    {
        Path = System.IO.Path.Combine(_directory.FullName, "ready");
        _socket.Bind(new UnixDomainSocketEndPoint(Path));
    }

    /// <summary>Value of <c>NOTIFY_SOCKET</c> for the server.</summary>
    public string Path { get; }

    /// <summary>Waits for the announcement.</summary>
    /// <returns>Its variables, for example <c>X_KILN_URL</c>.</returns>
    public async Task<IReadOnlyDictionary<string, string>> ReadyAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var length = await _socket.ReceiveAsync(buffer, cancellationToken);
            var variables = Encoding.UTF8.GetString(buffer, 0, length)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('=', 2))
                .Where(pair => pair.Length == 2)
                .ToDictionary(pair => pair[0], pair => pair[1]);
            if (variables.GetValueOrDefault("READY") == "1")
            {
                return variables;
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _directory.Delete(recursive: true);
    }
}
