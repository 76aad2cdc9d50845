using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Kiln.Tests.Fixtures;

/// <summary>A way to a server on which connections break: each break is told how many bytes it lets through, and meets the first
/// connection that carries more, whichever way they go.</summary>
internal sealed class BreakingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentQueue<int> _breaks;
    private readonly Task _serving;
    private int _broken;

    public BreakingRelay(int port, params int[] breaks)
    {
        _breaks = new ConcurrentQueue<int>(breaks);
        _listener.Start();
        _serving = ServeAsync(port);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that were broken.</summary>
    public int Broken => _broken;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _serving;
        _closing.Dispose();
    }

    private async Task ServeAsync(int port)
    {
        var open = new List<Task>();
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                open.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_closing.Token), port));
            }
            catch (Exception closed) when (closed is OperationCanceledException or SocketException)
            {
                break;
            }
        }
        await Task.WhenAll(open);
    }

    private async Task ForwardAsync(TcpClient client, int port)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, port, _closing.Token);
                var (here, there, carried) = (client.GetStream(), server.GetStream(), new Carried());
                var first = await Task.WhenAny(CarryAsync(there, here, carried), CarryAsync(here, there, carried));
                if (await first)
                {
                    // A reset, as when the way between them is gone.
                    client.Client.LingerState = new LingerOption(enable: true, seconds: 0);
                }
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException or SocketException)
            {
                // One of the two went away, or the test is over.
            }
        }
    }

    /// <summary>Carries until one end closes; true when it was broken instead.</summary>
    private async Task<bool> CarryAsync(NetworkStream from, NetworkStream to, Carried carried)
    {
        var block = new byte[64 * 1024];
        while (await from.ReadAsync(block, _closing.Token) is var read and > 0)
        {
            if (_breaks.TryPeek(out var most) && carried.Add(read) > most && _breaks.TryDequeue(out _))
            {
                Interlocked.Increment(ref _broken);
                return true;
            }
            await to.WriteAsync(block.AsMemory(0, read), _closing.Token);
        }
        return false;
    }

    private sealed class Carried
    {
        private int _bytes;

        public int Add(int bytes) => Interlocked.Add(ref _bytes, bytes);
    }
}
