using System.Text;
using Kiln.Contracts.Secrets;

namespace Kiln.Exec.Mask;

/// <summary>The value of an <c>::add-mask::</c> line while it arrives: nothing of it is shown before its end is known.</summary>
internal sealed class AddedValue
{
    /// <summary>A longer value is masked but not learnt.</summary>
    private const int Longest = 64 * 1024;

    private readonly ByteSink _value = new(0);
    private bool _isTooLong;

    public bool IsOpen { get; private set; }

    public void Open() => IsOpen = true;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _isTooLong |= _value.Written.Length + bytes.Length > Longest;
        if (!_isTooLong)
        {
            _value.Append(bytes);
        }
    }

    /// <summary>Shows what may be shown of the value, and gives the secret to learn, if it is one.</summary>
    public string? Close(ByteSink to)
    {
        var value = _value.Written.TrimEnd((byte)'\r');
        var text = Encoding.UTF8.GetString(value);
        var isSecret = _isTooLong || SecretForms.IsMaskable(text);
        to.Append(isSecret ? Masker.Mask : value);
        to.Append(_value.Written[value.Length..]);
        var learnt = isSecret && !_isTooLong ? text : null;
        _value.Clear();
        _isTooLong = false;
        IsOpen = false;
        return learnt;
    }
}
