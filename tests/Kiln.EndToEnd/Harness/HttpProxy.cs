using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kiln.EndToEnd.Harness;

/// <summary>An http proxy that takes what it is asked for to ports of loopback, by the name of the host or all to one.</summary>
public sealed class HttpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _serving;

    public HttpProxy(int port)
        : this(_ => port)
    {
    }

    /// <param name="ports">Port of each host; another host is refused.</param>
    public HttpProxy(IReadOnlyDictionary<string, int> ports)
        : this(host => ports.GetValueOrDefault(host))
    {
    }

    private HttpProxy(Func<string, int> portOf)
    {
        _listener.Start();
        _serving = ServeAsync(portOf);
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>First lines of the requests that came.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _serving;
        _closing.Dispose();
    }

    private async Task ServeAsync(Func<string, int> portOf)
    {
        var open = new List<Task>();
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                open.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_closing.Token), portOf));
            }
            catch (Exception closed) when (closed is OperationCanceledException or SocketException)
            {
                break;
            }
        }
        await Task.WhenAll(open);
    }

    private async Task ForwardAsync(TcpClient client, Func<string, int> portOf)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                var here = client.GetStream();
                var request = await HttpHead.ReadAsync(here, _closing.Token);
                _requests.Enqueue(request.FirstLine);
                if (portOf(HostOf(request)) is not (> 0 and var port))
                {
                    await here.WriteAsync("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _closing.Token);
                    return;
                }
                await server.ConnectAsync(IPAddress.Loopback, port, _closing.Token);
                var there = server.GetStream();
                if (request.FirstLine.StartsWith("CONNECT ", StringComparison.Ordinal))
                {
                    await here.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _closing.Token);
                }
                else
                {
                    await there.WriteAsync(Direct(request), _closing.Token);
                }
                await Task.WhenAny(here.CopyToAsync(there, _closing.Token), there.CopyToAsync(here, _closing.Token));
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException or SocketException)
            {
                // One of the two went away, or the test is over.
            }
        }
    }

    // CONNECT host:443 HTTP/1.1, GET http://host/path HTTP/1.1
    private static string HostOf(HttpHead request) => request.FirstLine.Split(' ') is ["CONNECT", var name, ..]
        ? name[..name.LastIndexOf(':')]
        : new Uri(request.FirstLine.Split(' ')[1]).Host;

    // GET http://host/path HTTP/1.1 → GET /path HTTP/1.1
    private static byte[] Direct(HttpHead request)
    {
        var words = request.FirstLine.Split(' ');
        var text = new StringBuilder($"{words[0]} {new Uri(words[1]).PathAndQuery} {words[2]}\r\n");
        foreach (var (name, value) in request.Headers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
        return [.. Encoding.Latin1.GetBytes(text.Append("\r\n").ToString()), .. request.Body];
    }
}
