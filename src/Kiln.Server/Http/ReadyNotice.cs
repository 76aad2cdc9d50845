using System.Net.Sockets;
using System.Text;
using Kiln.Server.Settings;

namespace Kiln.Server.Http;

/// <summary>
/// Tells whoever started the server that it is ready, by systemd's notification protocol: one datagram to the socket in
/// <c>NOTIFY_SOCKET</c>, with <c>X_KILN_URL</c> and <c>X_KILN_DATA</c>. Nobody has to poll <c>/readyz</c> for it. Without that
/// variable nobody is told; the address is in the data directory all the same.
/// </summary>
public sealed partial class ReadyNotice(
    Readiness readiness, PublicAddress address, DataDirectory data, IHostApplicationLifetime lifetime, ILogger<ReadyNotice> logger)
    : BackgroundService
{
    private const string SocketVariable = "NOTIFY_SOCKET";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The address is known only when the listener is bound.
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.Register(listening.SetResult);
        try
        {
            await listening.Task.WaitAsync(stoppingToken);
            await readiness.Reached.WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return; // Stopped, or refused to start, before it was ready.
        }
        await File.WriteAllTextAsync(data.AddressFile, $"{address.Local}\n", stoppingToken);
        Log.Ready(logger, address.Local);
        if (Environment.GetEnvironmentVariable(SocketVariable) is { Length: > 0 } path)
        {
            await SendAsync(
                path,
                $"READY=1\nSTATUS=Serving on {address.Local}\nX_KILN_URL={address.Local}\nX_KILN_DATA={data.Root}\n",
                stoppingToken);
        }
        // What starting took is given back: an idle server would otherwise keep it until it is busy for the first time.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private async Task SendAsync(string path, string message, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // A leading @ stands for the abstract namespace.
            var endpoint = new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path);
            await socket.SendToAsync(Encoding.UTF8.GetBytes(message), endpoint, cancellationToken);
        }
        catch (SocketException gone)
        {
            Log.NobodyListens(logger, path, gone.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Ready on {Address}.")]
        public static partial void Ready(ILogger logger, Uri address);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody listens for readiness on {Path}: {Problem}")]
        public static partial void NobodyListens(ILogger logger, string path, string problem);
    }
}
