using System.Buffers.Binary;

namespace Kiln.Exec.Rooms;

/// <summary>How what was started in a room ended. On the wire: kind, exit code or signal, whether memory ran out.</summary>
internal readonly record struct RoomAnswer(RoomEnd End, int Number, bool WasOutOfMemory)
{
    public const int Size = 6;

    public byte[] Write()
    {
        var bytes = new byte[Size];
        bytes[0] = (byte)End;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), Number);
        bytes[5] = WasOutOfMemory ? (byte)1 : (byte)0;
        return bytes;
    }

    public static RoomAnswer Read(ReadOnlySpan<byte> bytes) =>
        new((RoomEnd)bytes[0], BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]), bytes[5] != 0);
}

/// <summary>The kinds of end.</summary>
internal enum RoomEnd : byte
{
    /// <summary>It exited; the number is its code.</summary>
    Exited = 1,

    /// <summary>A signal ended it; the number is the signal.</summary>
    Killed = 2,

    /// <summary>It was not started; the sentence is in the log.</summary>
    Refused = 3,
}
