using Kiln.Server.Bodies;

namespace Kiln.Tests.Server.Document.Bodies;

/// <summary>
/// One pass of a reader over a body that is not there: what it asks for, when at each fork (is the field given, which word
/// is it, is the flag set) it is answered as chosen, or with the first option.
/// </summary>
/// <param name="chosen">Options by fork, by number.</param>
internal sealed class BodyTrace(IReadOnlyDictionary<string, int> chosen)
{
    private readonly HashSet<string> _asked = [];

    /// <summary>Options by fork, in the order they were met.</summary>
    public Dictionary<string, IReadOnlyList<string>> Forks { get; } = [];

    /// <summary>Objects that were read, by path.</summary>
    public HashSet<string> Objects { get; } = [""];

    /// <summary>Fields by path, in the order they were first read.</summary>
    public Dictionary<string, TracedField> Fields { get; } = [];

    /// <summary>Fields whose absence would have been refused.</summary>
    public HashSet<string> Needed { get; } = [];

    /// <summary>Fields whose absence would have been taken.</summary>
    public HashSet<string> Free { get; } = [];

    /// <summary>The option at a fork that this pass took; <c>null</c> when it never came there.</summary>
    public string? At(string fork) =>
        Forks.TryGetValue(fork, out var options) ? options[chosen.GetValueOrDefault(fork)] : null;

    public string Choose(string fork, params string[] options)
    {
        Forks.TryAdd(fork, options);
        return At(fork)!;
    }

    /// <summary>Answers whether a field is given.</summary>
    public bool Has(string path)
    {
        _asked.Add(path);
        return Choose(path + "?", "given", "absent") == "given";
    }

    /// <summary>Notes that a field is read; true when it is given.</summary>
    public bool Read(string path, Presence presence, TracedField field)
    {
        Fields.TryAdd(path, field);
        if (presence == Presence.Optional)
        {
            var given = Choose(path + "?", "given", "absent") == "given";
            if (!_asked.Contains(path) || !given)
            {
                Free.Add(path);
            }
            return given;
        }
        if (!_asked.Contains(path))
        {
            Needed.Add(path);
            return true;
        }
        // Asked before: only its absence tells whether it is needed.
        if (At(path + "?") == "given")
        {
            return true;
        }
        Needed.Add(path);
        return false;
    }
}

/// <summary>What a reader wants of a field.</summary>
internal sealed record TracedField(string Kind)
{
    public IReadOnlyList<string> Words { get; init; } = [];
    public long? Least { get; init; }
    public long? Most { get; init; }
    public object? Fallback { get; init; }
    public bool IsFilled { get; init; }
}
