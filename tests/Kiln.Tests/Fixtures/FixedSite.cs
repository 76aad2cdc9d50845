using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kiln.Tests.Fixtures;

/// <summary>Answers every request with the same status and body, as a service does that refuses.</summary>
internal sealed class FixedSite : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly byte[] _answer;
    private readonly Task _serving;

    public FixedSite(int status, string body)
    {
        _answer = Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status} x\r\nContent-Type: application/xml\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
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

    private async Task ServeAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_closing.Token);
                await using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1, false, bufferSize: 1, leaveOpen: true);
                var length = 0;
                while (await reader.ReadLineAsync(_closing.Token) is { Length: > 0 } line)
                {
                    length = line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase) ? int.Parse(line[16..]) : length;
                }
                var body = new char[length];
                Assert.Equal(length, await reader.ReadBlockAsync(body, _closing.Token));
                await stream.WriteAsync(_answer, _closing.Token);
            }
            catch (Exception closed) when (closed is OperationCanceledException or IOException or SocketException)
            {
                // The test is over, or a client went away.
            }
        }
    }
}
