using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kiln.Runner;

/// <summary>The few calls of the operating system that .NET has no door to.</summary>
internal static partial class Posix
{
    public const int NoEntry = 2;
    public const int CrossesRoot = 18;
    public const int NotDirectory = 20;
    public const int TooManyLinks = 40;
    public const int Kill = 9;
    public const int Stop = 19;

    private const int NoSuchCall = 38;
    private const int OpenAt2Call = 437;
    private const int Directory = 0x10000;
    private const int DirectoryArm = 0x4000;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int NoFollow = 0x20000;
    private const int NoFollowArm = 0x8000;
    private const ulong ResolveBeneath = 0x08;
    private const int EmptyPath = 0x1000;
    private const int WantType = 1;
    private const int StatxModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int RegularType = 0x8000;
    private const int SetChildSubreaper = 36;
    private const int SetDumpable = 4;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64;

    public static SafeFileHandle OpenDirectory(string path) =>
        Open(path, CloseOnExec | (IsArm ? DirectoryArm : Directory));

    /// <summary>Opens for reading without leaving <paramref name="root"/>; error 0 or an errno.</summary>
    public static (SafeFileHandle Handle, int Error) OpenBeneath(SafeFileHandle root, string relative)
    {
        var how = new OpenHow { Flags = CloseOnExec | NonBlocking, Resolve = ResolveBeneath };
        var descriptor = OpenAt2(OpenAt2Call, root, relative, ref how, Marshal.SizeOf<OpenHow>());
        var error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return error == NoSuchCall
            ? OpenWithoutLinks(root, relative)
            : (new SafeFileHandle((nint)descriptor, ownsHandle: true), error);
    }

    public static bool IsRegularFile(SafeFileHandle file)
    {
        Span<byte> status = stackalloc byte[256];
        return Statx(file, "", EmptyPath, WantType, status) == 0
            && (BitConverter.ToUInt16(status[StatxModeOffset..]) & TypeMask) == RegularType;
    }

    /// <summary>Sends a signal; false when the process is gone.</summary>
    public static bool Signal(int pid, int signal) => KillCall(pid, signal) == 0;

    /// <summary>Waits for the end of a killed process that may be our child by adoption, so that it does not stay a
    /// zombie; returns at once when it is not ours.</summary>
    public static void Reap(int pid) => WaitPid(pid, out _, options: 0);

    /// <summary>Makes this process the parent of orphans below it.</summary>
    public static void BecomeSubreaper() => PrCtl(SetChildSubreaper, 1, 0, 0, 0);

    /// <summary>Keeps other processes of the same user from reading this one's memory.</summary>
    public static void HideMemory() => PrCtl(SetDumpable, 0, 0, 0, 0);

    /// <summary>Overwrites the value of an environment variable in the block that this process was started with.</summary>
    public static void WipeVariable(string name)
    {
        for (var at = GetEnv(name); at != 0 && Marshal.ReadByte(at) != 0; at++)
        {
            Marshal.WriteByte(at, (byte)'*');
        }
    }

    /// <summary>For kernels before 5.6 and sandboxes that do not know openat2: no link anywhere in the path.</summary>
    private static (SafeFileHandle Handle, int Error) OpenWithoutLinks(SafeFileHandle root, string relative)
    {
        var noFollow = IsArm ? NoFollowArm : NoFollow;
        var parts = relative.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var current = root;
        for (var i = 0; i < parts.Length; i++)
        {
            var kind = i < parts.Length - 1 ? (IsArm ? DirectoryArm : Directory) : NonBlocking;
            var next = parts[i] == ".." ? null : OpenAt(current, parts[i], CloseOnExec | noFollow | kind);
            var error = next is null ? CrossesRoot : next.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
            if (current != root)
            {
                current.Dispose();
            }
            if (error != 0)
            {
                return (new SafeFileHandle(), error);
            }
            current = next!;
        }
        return (current, 0);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenAt(SafeFileHandle directory, string path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long OpenAt2(long call, SafeFileHandle root, string path, ref OpenHow how, long size);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnv(string name);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillCall(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrCtl(int option, nuint first, nuint second, nuint third, nuint fourth);
}
