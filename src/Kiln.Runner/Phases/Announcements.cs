namespace Kiln.Runner.Phases;

/// <summary>
/// What others than the steps want said in a run's log: what the cluster does with its pod. A script's part of the log is the
/// script's alone, so while one runs they wait.
/// </summary>
internal sealed class Announcements
{
    private readonly Lock _lock = new();
    private readonly Queue<string> _waiting = [];
    private Func<string, Task>? _say;
    private bool _isHeld;
    private bool _isClosed;

    /// <summary>Says it, now or when it may be.</summary>
    public void Say(string text)
    {
        lock (_lock)
        {
            _waiting.Enqueue(text);
            Flush();
        }
    }

    /// <summary>From now on there is a log.</summary>
    public void Attach(Func<string, Task> say)
    {
        lock (_lock)
        {
            _say = say;
            Flush();
        }
    }

    /// <summary>A script begins.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            _isHeld = true;
        }
    }

    /// <summary>It has ended.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _isHeld = false;
            Flush();
        }
    }

    /// <summary>The log's last words come now: nothing more is said.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isHeld = false;
            Flush();
            _isClosed = true;
        }
    }

    private void Flush()
    {
        while (_say is not null && !_isHeld && !_isClosed && _waiting.TryDequeue(out var text))
        {
            // Sends keep their order among themselves and with the steps' own.
            _ = _say(text);
        }
    }
}
