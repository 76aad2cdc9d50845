using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;
using Kiln.Exec.Reap;

namespace Kiln.Exec;

/// <summary>
/// An exec that waits for its run, see <see cref="ExecProtocol.StandbyArgument"/>. What does not depend on the run is done
/// before it waits.
/// </summary>
internal static class Standby
{
    // Path and mark; the kernel takes no longer path.
    private const int LongestOrder = 8192;

    public static int Run()
    {
        if (!Daemon.Detach(ExecProtocol.StandbyArgument))
        {
            return 0;
        }

        var reaper = new Reaper();
        var order = new byte[LongestOrder];
        for (var length = 0; length < order.Length;)
        {
            var read = Posix.Read(0, order.AsSpan(length));
            if (read <= 0)
            {
                // Whoever started it has gone.
                return 0;
            }

            length += read;
            if (Encoding.UTF8.GetString(order, 0, length).Split('\0') is [var directory, var mark, ..] parts && parts.Length > 2)
            {
                Environment.SetEnvironmentVariable(ExecProtocol.RunIdVariable, mark);
                return Daemon.Serve(directory, reaper);
            }
        }

        return Daemon.Fail("the order is too long");
    }
}
