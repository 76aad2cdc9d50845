using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Kiln.EndToEnd.Harness;

/// <summary>Serves one file over http to whoever asks for whatever.</summary>
public sealed class FileSite : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _closing = new();
    private readonly byte[] _content;
    private readonly Task _serving;
    private int _requests;

    public FileSite(byte[] content, string address = "127.0.0.1")
    {
        _content = content;
        _listener = new TcpListener(IPAddress.Parse(address), 0);
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(_content));

    public int Requests => _requests;

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
                using var reader = new StreamReader(stream, leaveOpen: true);
                while (await reader.ReadLineAsync(_closing.Token) is { Length: > 0 })
                {
                    // Whatever it asks for.
                }
                Interlocked.Increment(ref _requests);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Length: {_content.Length}\r\nConnection: close\r\n\r\n"), _closing.Token);
                await stream.WriteAsync(_content, _closing.Token);
            }
            catch (Exception closed) when (closed is OperationCanceledException or IOException or SocketException)
            {
                // The test is over, or a client went away.
            }
        }
    }
}
