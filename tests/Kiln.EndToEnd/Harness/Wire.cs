using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Kiln.EndToEnd.Harness;

/// <summary>
/// A network between an agent and its server that can be cut: then nothing passes, nothing is refused and nobody is told, as
/// behind a pulled cable.
/// </summary>
public sealed class Wire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly IPEndPoint _server;
    private readonly Task _accepting;
    private TaskCompletionSource _whole = Whole();

    public Wire(Uri server)
    {
        _server = new IPEndPoint(IPAddress.Parse(server.Host), server.Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The server as it is reached through this wire.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>From now on nothing passes.</summary>
    public void Cut() => _whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Everything passes again; what was on its way arrives late.</summary>
    public void Mend() => _whole.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _whole.TrySetResult();
        _listener.Stop();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
        await _accepting;
        _closing.Dispose();
    }

    private static TaskCompletionSource Whole()
    {
        var whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        whole.SetResult();
        return whole;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_closing.Token);
                _sockets.Add(near);
                _ = ConnectAsync(near);
            }
        }
        catch (Exception closed) when (closed is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ConnectAsync(Socket near)
    {
        var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(far);
        try
        {
            await _whole.Task;
            await far.ConnectAsync(_server, _closing.Token);
            await Task.WhenAll(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception closed) when (closed is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            near.Dispose();
            far.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        for (int read; (read = await from.ReceiveAsync(buffer, _closing.Token)) > 0;)
        {
            await _whole.Task;
            await to.SendAsync(buffer.AsMemory(0, read), _closing.Token);
        }
        to.Shutdown(SocketShutdown.Send);
    }
}
