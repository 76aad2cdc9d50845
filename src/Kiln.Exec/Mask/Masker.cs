namespace Kiln.Exec.Mask;

/// <summary>
/// Masks one stream of bytes. Bytes go through at once, except a tail that could still become a secret: it is held
/// until the next byte or <see cref="Finish"/>. What comes out does not depend on how the stream was cut into pieces.
/// A line <c>::add-mask::VALUE</c> adds a secret, from the value itself on.
/// </summary>
internal sealed class Masker(SecretSet secrets, bool obeysAddMask)
{
    private readonly MaskedSpans _spans = new();
    private readonly AddedValue _added = new();
    private FormAutomaton _automaton = secrets.Automaton;
    private byte[] _window = [];
    private int _held;
    private int _state;

    /// <summary>Bytes since the last line feed, those held included.</summary>
    private long _lineLength;

    /// <summary>Starts a line that adds a secret.</summary>
    public static ReadOnlySpan<byte> AddMask => "::add-mask::"u8;

    /// <summary>What stands where a secret was.</summary>
    public static ReadOnlySpan<byte> Mask => "********"u8;

    public void Append(ReadOnlySpan<byte> bytes, ByteSink to)
    {
        while (!bytes.IsEmpty)
        {
            var taken = _added.IsOpen ? Collect(bytes, to) : Search(bytes, to);
            bytes = bytes[taken..];
        }
    }

    /// <summary>The stream is over: what is held is no secret. A new stream may follow.</summary>
    public void Finish(ByteSink to)
    {
        if (_added.IsOpen)
        {
            Learn(to);
        }

        _spans.Emit(_window.AsSpan(0, _held), _held, to);
        _held = 0;
        _state = FormAutomaton.Root;
        _lineLength = 0;
    }

    private int Search(ReadOnlySpan<byte> bytes, ByteSink to)
    {
        if (!ReferenceEquals(_automaton, secrets.Automaton))
        {
            Relearn();
        }

        var window = Join(bytes);
        var end = Scan(window, _held);
        var taken = end - _held;
        var lineFeed = bytes[..taken].LastIndexOf((byte)'\n');
        _lineLength = lineFeed < 0 ? _lineLength + taken : taken - lineFeed - 1;

        var hold = _added.IsOpen ? 0 : _automaton.HoldLength(_state);
        _spans.Emit(window, end - hold, to);
        Hold(window[(end - hold)..end]);
        return taken;
    }

    /// <summary>Runs the automaton over the window; stops behind a marker that stands at the start of a line.</summary>
    private int Scan(ReadOnlySpan<byte> window, int from)
    {
        var automaton = _automaton;
        var state = _state;
        for (var i = from; i < window.Length; i++)
        {
            if (state == FormAutomaton.Root)
            {
                i += automaton.Skip(window[i..]);
            }

            state = automaton.Next(state, window[i]);
            if (automaton.MatchLength(state) is > 0 and var length)
            {
                _spans.Add(i + 1 - length, i + 1);
            }

            if (state == automaton.Marker && obeysAddMask && IsLineStart(window, i + 1 - AddMask.Length))
            {
                _state = FormAutomaton.Root;
                _added.Open();
                return i + 1;
            }
        }

        _state = state;
        return window.Length;
    }

    private bool IsLineStart(ReadOnlySpan<byte> window, int at) =>
        at == _held - _lineLength || (at > 0 && window[at - 1] == (byte)'\n');

    private int Collect(ReadOnlySpan<byte> bytes, ByteSink to)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            _added.Append(bytes);
            return bytes.Length;
        }

        _added.Append(bytes[..end]);
        Learn(to);
        return end;
    }

    private void Learn(ByteSink to)
    {
        if (_added.Close(to) is { } value)
        {
            secrets.Add([value]);
        }
    }

    /// <summary>A grown automaton reads again what is held.</summary>
    private void Relearn()
    {
        _automaton = secrets.Automaton;
        _spans.KeepEmitted();
        _state = FormAutomaton.Root;
        for (var i = 0; i < _held; i++)
        {
            _state = _automaton.Next(_state, _window[i]);
            if (_automaton.MatchLength(_state) is > 0 and var length)
            {
                _spans.Add(i + 1 - length, i + 1);
            }
        }
    }

    private ReadOnlySpan<byte> Join(ReadOnlySpan<byte> bytes)
    {
        if (_held == 0)
        {
            return bytes;
        }

        if (_window.Length < _held + bytes.Length)
        {
            Array.Resize(ref _window, _held + bytes.Length);
        }

        bytes.CopyTo(_window.AsSpan(_held));
        return _window.AsSpan(0, _held + bytes.Length);
    }

    private void Hold(ReadOnlySpan<byte> tail)
    {
        _held = tail.Length;
        if (_window.Length < tail.Length)
        {
            Array.Resize(ref _window, tail.Length);
        }

        // The tail may lie in the window itself: copying moves it to the front.
        tail.CopyTo(_window);
    }
}
