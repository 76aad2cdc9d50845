using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Kiln.Bench.Chaos;

/// <summary>
/// What scripts say of themselves, kept where no blow falls. A script waits until its word is taken, so what it does afterwards
/// was preceded by it.
/// </summary>
internal sealed class Witness : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentQueue<long> _starts = new();
    private readonly ConcurrentQueue<(long RunId, int Code)> _ends = new();
    private readonly Task _listening;

    /// <summary>Listens.</summary>
    /// <param name="address">An address of this machine that scripts reach.</param>
    public Witness(string address)
    {
        _listener = new TcpListener(IPAddress.Parse(address), 0);
        _listener.Start();
        _listening = ListenAsync();
    }

    /// <summary>How often each run's script began.</summary>
    public ILookup<long, long> Starts => _starts.ToLookup(runId => runId);

    /// <summary>With which codes each run's script said it would end.</summary>
    public ILookup<long, int> Ends => _ends.ToLookup(end => end.RunId, end => end.Code);

    /// <summary>Bash that tells the witness a line, without a process.</summary>
    public string Tell(string line)
    {
        var place = (IPEndPoint)_listener.LocalEndpoint;
        return $"exec 9<>/dev/tcp/{place.Address}/{place.Port}; echo \"{line}\" >&9; read -r _ <&9; exec 9>&-";
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _listening;
        _closing.Dispose();
    }

    private async Task ListenAsync()
    {
        var open = new List<Task>();
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                open.Add(HearAsync(await _listener.AcceptTcpClientAsync(_closing.Token)));
            }
            catch (Exception closed) when (closed is OperationCanceledException or SocketException)
            {
                break;
            }
        }
        await Task.WhenAll(open);
    }

    private async Task HearAsync(TcpClient script)
    {
        using (script)
        {
            try
            {
                await using var stream = script.GetStream();
                using var reader = new StreamReader(stream, leaveOpen: true);
                Note(await reader.ReadLineAsync(_closing.Token) ?? "");
                await stream.WriteAsync("\n"u8.ToArray(), _closing.Token);
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException)
            {
                // The script was killed, or all is over.
            }
        }
    }

    private void Note(string line)
    {
        switch (line.Split(' '))
        {
            case ["start", var run]:
                _starts.Enqueue(long.Parse(run, CultureInfo.InvariantCulture));
                break;
            case ["end", var run, var code]:
                _ends.Enqueue((long.Parse(run, CultureInfo.InvariantCulture), int.Parse(code, CultureInfo.InvariantCulture)));
                break;
            default:
                break; // Cut off in the middle of its word.
        }
    }
}
