using System.Runtime.InteropServices;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Reap;

/// <summary>A child that was reaped; <see cref="Pid"/> 0 says that none is left.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Reaped(int Pid, int Status)
{
    public bool IsNoneLeft => Pid == 0;

    public int? ExitCode => (Status & 0x7f) == 0 ? (Status >> 8) & 0xff : null;

    public int? Signal => (Status & 0x7f) == 0 ? null : Status & 0x7f;
}

/// <summary>
/// The one thread that waits for children: every process of a run is one, or becomes one when its parent dies, because
/// exec is the subreaper. What it reaps it writes to a pipe, in order; ECHILD is therefore the proof that a tree is gone.
/// </summary>
internal sealed class Reaper
{
    private readonly int _events;
    private readonly int _reports;
    private readonly int _wakeReader;
    private readonly int _wakeWriter;

    public Reaper()
    {
        (_events, _reports) = Posix.Pipe();
        Posix.MakeNonBlocking(_events);
        (_wakeReader, _wakeWriter) = Posix.Pipe();
        new Thread(Reap, maxStackSize: 128 * 1024) { IsBackground = true, Name = "reaper" }.Start();
    }

    /// <summary>Readable when <see cref="TryTake"/> has something.</summary>
    public int Descriptor => _events;

    /// <summary>To be called after each spawn.</summary>
    public void ChildStarted() => Posix.Write(_wakeWriter, [1]);

    public bool TryTake(out Reaped reaped)
    {
        // Records are smaller than PIPE_BUF: a read finds a whole one or none.
        reaped = default;
        return Posix.Read(_events, MemoryMarshal.AsBytes(new Span<Reaped>(ref reaped))) > 0;
    }

    private void Reap()
    {
        Span<byte> wake = stackalloc byte[64];
        while (true)
        {
            var pid = Libc.WaitPid(-1, out var status, 0);
            if (pid > 0)
            {
                Report(new Reaped(pid, status));
            }
            else if (Marshal.GetLastPInvokeError() != Libc.EIntr)
            {
                Report(new Reaped(0, 0));
                Posix.Read(_wakeReader, wake);
            }
        }
    }

    private void Report(Reaped reaped) =>
        Posix.WriteAll(_reports, MemoryMarshal.AsBytes(new ReadOnlySpan<Reaped>(in reaped)));
}
