using System.Buffers.Binary;
using System.Text;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Rooms;

/// <summary>What is to be started in a room. On the wire: 4 bytes of length, then its texts, each ended by NUL.</summary>
internal sealed record RoomRequest(
    string WorkingDirectory, IReadOnlyList<string> Argv, IReadOnlyList<KeyValuePair<string, string>> Environment)
{
    private const int Longest = 32 << 20;

    public byte[] Write()
    {
        var text = new StringBuilder();
        text.Append(WorkingDirectory).Append('\0').Append(Argv.Count).Append('\0');
        foreach (var argument in Argv)
        {
            text.Append(argument).Append('\0');
        }

        foreach (var (name, value) in Environment)
        {
            text.Append(name).Append('=').Append(value).Append('\0');
        }

        var body = Encoding.UTF8.GetBytes(text.ToString());
        var whole = new byte[sizeof(int) + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(whole, body.Length);
        body.CopyTo(whole, sizeof(int));
        return whole;
    }

    /// <summary>Reads one; <c>null</c> when the other side stops in the middle or speaks otherwise.</summary>
    public static RoomRequest? Read(int socket)
    {
        Span<byte> head = stackalloc byte[sizeof(int)];
        if (!Fill(socket, head) || BinaryPrimitives.ReadInt32LittleEndian(head) is < 0 or > Longest)
        {
            return null;
        }

        var body = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
        return Fill(socket, body) ? Parse(Encoding.UTF8.GetString(body).Split('\0')) : null;
    }

    private static RoomRequest? Parse(string[] texts) =>
        texts.Length >= 3 && int.TryParse(texts[1], out var count) && count > 0 && texts.Length >= count + 3
            ? new RoomRequest(
                texts[0],
                texts[2..(2 + count)],
                [
                    .. texts[(2 + count)..^1].Select(static text => text.Split('=', 2))
                        .Select(static pair => KeyValuePair.Create(pair[0], pair.ElementAtOrDefault(1) ?? "")),
                ])
            : null;

    private static bool Fill(int socket, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            var read = Posix.Read(socket, into);
            if (read <= 0)
            {
                return false;
            }

            into = into[read..];
        }

        return true;
    }
}
