using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Kiln.EndToEnd.Harness;

/// <summary>Takes what OpenTelemetry exporters send over http/protobuf, and knows spans and the names of metrics.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Channel<OtlpSpan> _spans = Channel.CreateUnbounded<OtlpSpan>();
    private readonly Channel<string> _metrics = Channel.CreateUnbounded<string>();
    private readonly Task _serving;

    public OtlpReceiver()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Spans as they come.</summary>
    public ChannelReader<OtlpSpan> Spans => _spans.Reader;

    /// <summary>Names of metrics as they come, again and again.</summary>
    public ChannelReader<string> Metrics => _metrics.Reader;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _serving;
        _closing.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_closing.Token)));
            }
        }
        catch (Exception closed) when (closed is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            await using var stream = client.GetStream();
            while (await HeadAsync(stream) is { Length: > 0 } head)
            {
                var length = int.Parse(head.Split('\n').First(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1].Trim());
                var body = new byte[length];
                await stream.ReadExactlyAsync(body, _closing.Token);
                Take(head, body);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _closing.Token);
            }
        }
        catch (Exception closed) when (closed is OperationCanceledException or IOException)
        {
            // The test is over, or the server is.
        }
    }

    private async Task<string> HeadAsync(NetworkStream stream)
    {
        var head = new System.Text.StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, _closing.Token) == 1)
        {
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    private void Take(string head, byte[] body)
    {
        // resource_spans / resource_metrics → scope_… → spans / metrics.
        foreach (var item in ProtoFields.Of(body).Messages(1).SelectMany(resource => resource.Messages(2)).SelectMany(scope => scope.Messages(2)))
        {
            if (head.Contains("/v1/traces", StringComparison.Ordinal))
            {
                _spans.Writer.TryWrite(new OtlpSpan(item.Hex(1), item.Hex(2), item.Hex(4), item.Text(5)));
            }
            else
            {
                _metrics.Writer.TryWrite(item.Text(1));
            }
        }
    }
}

/// <summary>A span as it was sent.</summary>
public sealed record OtlpSpan(string TraceId, string SpanId, string ParentId, string Name);
