using System.Runtime.InteropServices;

namespace Kiln.Cli.Output;

/// <summary>The terminal that somebody looks at. Asked by hand: the framework would first write to it to set it up.</summary>
internal static partial class Screen
{
    private const int Usual = 80;
    private const int StandardOutput = 1;
    private const nuint WindowSizeRequest = 0x5413; // TIOCGWINSZ of Linux

    /// <summary>Columns of a line.</summary>
    public static int Width() =>
        Control(StandardOutput, WindowSizeRequest, out var size) == 0 && size.Columns > 0 ? size.Columns : Usual;

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, out WindowSize size);

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }
}
