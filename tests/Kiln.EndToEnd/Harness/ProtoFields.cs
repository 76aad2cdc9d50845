using System.Text;

namespace Kiln.EndToEnd.Harness;

/// <summary>A protobuf message as its fields, without a schema.</summary>
internal sealed class ProtoFields
{
    private readonly List<(int Number, byte[] Bytes)> _fields = [];

    public static ProtoFields Of(byte[] message)
    {
        var fields = new ProtoFields();
        var at = 0;
        while (at < message.Length)
        {
            var key = Varint(message, ref at);
            switch (key & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    fields._fields.Add(((int)(key >> 3), message[at..(at + length)]));
                    at += length;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
        return fields;
    }

    public IEnumerable<ProtoFields> Messages(int number) =>
        _fields.Where(field => field.Number == number).Select(field => Of(field.Bytes));

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number));

    public string Hex(int number) => Convert.ToHexStringLower(Bytes(number));

    private byte[] Bytes(int number) => _fields.Find(field => field.Number == number).Bytes ?? [];

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
