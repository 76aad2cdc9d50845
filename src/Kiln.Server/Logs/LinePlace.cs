using System.Runtime.InteropServices;

namespace Kiln.Server.Logs;

/// <summary>An offset of which is known how many lines end before it.</summary>
/// <param name="Offset">Offset in the log, not always the beginning of a line.</param>
/// <param name="LineEnds">Line feeds before it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LinePlace(long Offset, long LineEnds);
