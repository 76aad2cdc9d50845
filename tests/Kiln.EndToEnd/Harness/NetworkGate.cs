using System.Net;
using System.Net.Sockets;

namespace Kiln.EndToEnd.Harness;

/// <summary>
/// Where a script in a pod and its test meet, without a poll: the script connects (<see cref="Wait"/>) and stands there until
/// the test lets it go on.
/// </summary>
public sealed class NetworkGate : IDisposable
{
    private readonly TcpListener _listener;
    private Socket? _script;

    public NetworkGate(KubernetesCluster cluster)
    {
        _listener = new TcpListener(IPAddress.Parse(cluster.Address), 0);
        _listener.Start();
        Wait = $"exec 3<>/dev/tcp/{cluster.Address}/{((IPEndPoint)_listener.LocalEndpoint).Port}; read -r _ <&3; exec 3>&-";
    }

    /// <summary>Line of bash that waits at the gate.</summary>
    public string Wait { get; }

    /// <summary>Waits until a script stands at the gate; it stays there.</summary>
    public async Task ArrivedAsync(CancellationToken cancellationToken) => _script = await _listener.AcceptSocketAsync(cancellationToken);

    /// <summary>Lets the script that stands at the gate go on.</summary>
    public void Open()
    {
        _script?.Send("\n"u8);
        _script?.Dispose();
        _script = null;
    }

    public void Dispose()
    {
        _script?.Dispose();
        _listener.Dispose();
    }
}
