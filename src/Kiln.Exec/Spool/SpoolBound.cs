using System.Globalization;
using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Spool;

/// <summary>How much log may wait on disk to be acknowledged.</summary>
/// <param name="MaxBytes">Bytes at most.</param>
/// <param name="DiskPercent">Share of the free disk at most, in percent.</param>
internal sealed record SpoolBound(long MaxBytes, int DiskPercent)
{
    public static SpoolBound FromEnvironment() => new(
        Number(ExecProtocol.SpoolLimitVariable, 1L << 30),
        (int)Number(ExecProtocol.SpoolDiskVariable, 10));

    /// <summary>The bound as the disk stands, where <paramref name="waiting"/> bytes are the spool's own.</summary>
    public long Now(long waiting)
    {
        if (Libc.FileSystem(".", out var disk) != 0)
        {
            return MaxBytes;
        }

        var free = (long)(disk.Available * disk.FragmentSize) + waiting;
        return Math.Min(MaxBytes, free / 100 * DiskPercent);
    }

    private static long Number(string variable, long otherwise) =>
        long.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
