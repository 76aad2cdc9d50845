using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kiln.Runner.Workspaces;

/// <summary>A file that a script made, opened for reading as something hostile.</summary>
internal abstract record WorkspaceFile
{
    private WorkspaceFile() { }

    /// <summary>A regular file within the workspace.</summary>
    /// <param name="Handle">Open for reading; the receiver closes it.</param>
    public sealed record Opened(SafeFileHandle Handle) : WorkspaceFile;

    public sealed record Missing : WorkspaceFile;

    /// <summary>It is there and will not be read.</summary>
    /// <param name="Message">Why, as the end of a sentence that begins with its name.</param>
    public sealed record Refused(string Message) : WorkspaceFile;

    /// <summary>
    /// Opens <paramref name="relative"/> beneath <paramref name="root"/>: the kernel resolves it in one step
    /// (<c>openat2</c> with <c>RESOLVE_BENEATH</c>), so nothing can be exchanged between check and use.
    /// </summary>
    public static WorkspaceFile Open(string root, string relative)
    {
        using var directory = Posix.OpenDirectory(root);
        if (directory.IsInvalid)
        {
            return new Missing();
        }
        var (handle, error) = Posix.OpenBeneath(directory, relative);
        return error switch
        {
            0 when Posix.IsRegularFile(handle) => new Opened(handle),
            0 => Close(handle),
            Posix.NoEntry or Posix.NotDirectory => new Missing(),
            Posix.CrossesRoot or Posix.TooManyLinks => new Refused("is a link that leads out of the workspace"),
            _ => new Refused($"cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}"),
        };
    }

    private static Refused Close(SafeFileHandle handle)
    {
        handle.Dispose();
        return new Refused("is not a regular file");
    }
}
