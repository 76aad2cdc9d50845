namespace Kiln.Exec.Mask;

/// <summary>A buffer that is filled, taken as a whole and used again.</summary>
internal sealed class ByteSink(int size)
{
    private byte[] _bytes = new byte[size];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _length < bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + bytes.Length));
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Clear() => _length = 0;
}
