using System.Text;
using Kiln.Exec.Mask;

namespace Kiln.Exec.Spawn;

/// <summary>Captured stdout of a command.</summary>
internal sealed class Capture(Channel channel)
{
    private const int MaxBytes = 1 << 20;

    private readonly ByteSink _bytes = new(0);

    public Channel Channel { get; } = channel;

    public bool IsCut { get; private set; }

    public string Text => Encoding.UTF8.GetString(_bytes.Written);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var room = MaxBytes - _bytes.Written.Length;
        IsCut |= bytes.Length > room;
        _bytes.Append(bytes[..Math.Min(bytes.Length, room)]);
    }
}
