using System.Net;
using System.Net.Sockets;

namespace Kiln.Tests.Fixtures;

/// <summary>A web site on plain sockets, for answers that no web server gives: one connection, one request, one at a time.</summary>
internal abstract class RawSite : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _serving;

    protected RawSite()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _serving;
        _closing.Dispose();
    }

    /// <summary>Reads a request and answers it; the connection is closed behind it.</summary>
    protected abstract Task AnswerAsync(Stream stream, CancellationToken cancellationToken);

    private async Task ServeAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_closing.Token);
                await using var stream = client.GetStream();
                await AnswerAsync(stream, _closing.Token);
            }
            catch (Exception closed) when (closed is OperationCanceledException or IOException or SocketException)
            {
                // The test is over, or a client went away.
            }
        }
    }
}
