using System.Runtime.InteropServices;
using System.Text.Json;
using Kiln.Contracts;
using Kiln.Contracts.Runs;

namespace Kiln.Runner.Journal;

/// <summary>Number and time of an event, given by the journal.</summary>
/// <param name="Seq">As <see cref="RunEvent.Seq"/>.</param>
/// <param name="AtMs">As <see cref="RunEvent.AtMs"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Stamp(long Seq, long AtMs);

/// <summary>
/// The events of an attempt, one JSON line each in the run directory, written before anybody hears of them. So a
/// restarted runner numbers on where the killed one stopped, and a repeated report repeats the same events.
/// A write survives the death of the process, not of the machine; after that exec is dead and the attempt lost anyway.
/// </summary>
internal sealed class EventJournal : IDisposable
{
    /// <summary>Set aside on the disk at the beginning, so that a script that fills it cannot keep its own end from being told.</summary>
    private const int ReservedBytes = 64 * 1024;

    private readonly FileStream _file;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly List<RunEvent> _events;

    private EventJournal(FileStream file, TimeProvider clock, List<RunEvent> events)
    {
        _file = file;
        _clock = clock;
        _events = events;
    }

    /// <summary>Told after an event was added, on the thread that added it.</summary>
    public Action Appended { private get; set; } = static () => { };

    /// <summary>Opens the journal, or begins one. A line torn by a kill was never sent: it is cut off.</summary>
    /// <exception cref="IOException">It cannot be opened, or there is no room for it.</exception>
    public static EventJournal Open(string path, TimeProvider clock)
    {
        var isNew = !File.Exists(path);
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = isNew ? FileMode.CreateNew : FileMode.Open,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read,
            BufferSize = 0,
            PreallocationSize = isNew ? ReservedBytes : 0,
        });
        var events = new List<RunEvent>();
        if (file.Length > 0)
        {
            file.SetLength(ReadEvents(file, events));
            file.Seek(0, SeekOrigin.End);
        }
        return new EventJournal(file, clock, events);
    }

    /// <summary>True once the attempt's end is written.</summary>
    public bool IsOver
    {
        get
        {
            lock (_lock)
            {
                return _events is [.., RunEvent.Ended];
            }
        }
    }

    /// <summary>A copy of the events behind <paramref name="seq"/>.</summary>
    public IReadOnlyList<RunEvent> After(long seq)
    {
        lock (_lock)
        {
            return seq >= _events.Count ? [] : _events[(int)seq..];
        }
    }

    /// <summary>The first event of a kind that fits, if there is one.</summary>
    public T? Find<T>(Func<T, bool> fits)
        where T : RunEvent
    {
        lock (_lock)
        {
            return _events.OfType<T>().FirstOrDefault(fits);
        }
    }

    /// <summary>Writes the event that <paramref name="make"/> makes of its number and time.</summary>
    /// <exception cref="IOException">It cannot be written; it is not part of the journal then.</exception>
    public void Append(Func<Stamp, RunEvent> make)
    {
        lock (_lock)
        {
            var stamp = new Stamp(_events.Count + 1, _clock.GetUtcNow().ToUnixTimeMilliseconds());
            var added = make(stamp);
            _file.Write([.. JsonSerializer.SerializeToUtf8Bytes(added, KilnJson.Default.RunEvent), (byte)'\n']);
            _events.Add(added);
        }
        Appended();
    }

    public void Dispose() => _file.Dispose();

    private static long ReadEvents(FileStream file, List<RunEvent> events)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var whole = 0;
        for (var end = Array.IndexOf(bytes, (byte)'\n'); end >= 0; end = Array.IndexOf(bytes, (byte)'\n', whole))
        {
            try
            {
                events.Add(JsonSerializer.Deserialize(bytes.AsSpan(whole..end), KilnJson.Default.RunEvent)!);
            }
            catch (JsonException)
            {
                break;
            }
            whole = end + 1;
        }
        return whole;
    }
}
