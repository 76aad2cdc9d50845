namespace Kiln.Server.Logs.Packed;

/// <summary>A compressed piece of a log.</summary>
/// <param name="Start">Its first byte among the packed bytes.</param>
/// <param name="Length">Packed bytes.</param>
/// <param name="LineEnds">Line feeds before it in the log.</param>
/// <param name="Checksum">Of its bytes when unpacked.</param>
internal sealed record PackedFrame(long Start, int Length, long LineEnds, uint Checksum);
