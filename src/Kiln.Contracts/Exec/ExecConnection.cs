using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Kiln.Contracts.Exec;

/// <summary>
/// A runner's connection to the exec of a run. Send <see cref="ExecCommand.Hello"/> first. Sending is for one caller at a
/// time, and so is reading; both may go on at once. Opening a second connection to the same exec ends the first one.
/// </summary>
public sealed class ExecConnection : IAsyncDisposable
{
    /// <summary>Longest path that <c>sockaddr_un</c> takes.</summary>
    private const int MaxSocketPath = 107;

    private readonly Socket _socket;
    private readonly FrameWriter _out = new();
    private readonly FrameBuffer _in = new();

    private ExecConnection(Socket socket) => _socket = socket;

    /// <summary>Connects to the exec of a run directory; <c>null</c> when none listens there (never started, or dead:
    /// see <see cref="ExecJournal"/>).</summary>
    public static async Task<ExecConnection?> ConnectAsync(string runDirectory, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetFullPath(runDirectory), ExecProtocol.SocketFile);
        if (Encoding.UTF8.GetByteCount(path) <= MaxSocketPath)
        {
            return await ConnectToAsync(path, cancellationToken);
        }

        var shortcut = Directory.CreateTempSubdirectory("kiln-");
        try
        {
            var link = Path.Combine(shortcut.FullName, "run");
            Directory.CreateSymbolicLink(link, Path.GetFullPath(runDirectory));
            return await ConnectToAsync(Path.Combine(link, ExecProtocol.SocketFile), cancellationToken);
        }
        finally
        {
            shortcut.Delete(recursive: true);
        }
    }

    /// <summary>Sends one command.</summary>
    /// <exception cref="IOException">Exec closed the connection or is dead.</exception>
    public async ValueTask SendAsync(ExecCommand command, CancellationToken cancellationToken)
    {
        ExecCommandCodec.Write(_out, command);
        try
        {
            while (_out.Length > 0)
            {
                _out.Take(await _socket.SendAsync(_out.WrittenMemory, SocketFlags.None, cancellationToken));
            }
        }
        catch (SocketException gone)
        {
            throw new IOException("exec closed the connection", gone);
        }
    }

    /// <summary>Every notice in order, until exec closes the connection or dies; to be enumerated once.</summary>
    public async IAsyncEnumerable<ExecNotice> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            while (TakeNotice(out var notice))
            {
                if (notice is not null)
                {
                    yield return notice;
                }
            }

            var received = await ReceiveAsync(cancellationToken);
            if (received == 0)
            {
                yield break;
            }

            _in.Received(received);
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool TakeNotice(out ExecNotice? notice)
    {
        notice = null;
        if (!_in.TryTake(out var payload))
        {
            return false;
        }

        notice = ExecNoticeCodec.Read(payload);
        return true;
    }

    private async ValueTask<int> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _socket.ReceiveAsync(_in.Room(), SocketFlags.None, cancellationToken);
        }
        catch (SocketException)
        {
            // A reset is how the end looks when exec was killed with bytes of ours unread.
            return 0;
        }
    }

    private static async Task<ExecConnection?> ConnectToAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new ExecConnection(socket);
        }
        catch (SocketException refused) when (refused.SocketErrorCode
            is SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.HostNotFound
            || refused.NativeErrorCode is 2)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
