using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Kiln.Tests.Fixtures;

/// <summary>A download site with one file, which can break off, fail, and remember what it was asked for. Plain sockets,
/// because a web server does not break off in a way that leaves the bytes before.</summary>
internal sealed class FakePackageSite : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly byte[] _content;
    private readonly Task _serving;

    public FakePackageSite(byte[] content)
    {
        _content = content;
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The <c>Range</c> of every request, empty without one.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The next answer ends after so many bytes.</summary>
    public int? BreaksOffAfter { get; set; }

    public int Status { get; set; } = 200;

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/dist/tool-1.0.tar.gz";

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(_content));

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
                await AnswerAsync(client);
            }
            catch (Exception closed) when (closed is OperationCanceledException or IOException or SocketException)
            {
                // The test is over, or the client went away.
            }
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, leaveOpen: true);
        var range = "";
        while (await reader.ReadLineAsync(_closing.Token) is { Length: > 0 } line)
        {
            range = line.StartsWith("Range: ", StringComparison.Ordinal) ? line["Range: ".Length..] : range;
        }
        Requests.Enqueue(range);
        var from = Status != 200 ? _content.Length : range.Length == 0 ? 0 : int.Parse(range["bytes=".Length..].Split('-')[0]);
        var head = $"HTTP/1.1 {(from is > 0 && Status == 200 ? 206 : Status)} x\r\nConnection: close\r\n"
            + $"Content-Length: {_content.Length - from}\r\n"
            + $"Content-Range: bytes {from}-{_content.Length - 1}/{_content.Length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _closing.Token);
        var end = BreaksOffAfter is { } bytes ? from + bytes : _content.Length;
        BreaksOffAfter = null;
        await stream.WriteAsync(_content.AsMemory(from, end - from), _closing.Token);
    }
}
