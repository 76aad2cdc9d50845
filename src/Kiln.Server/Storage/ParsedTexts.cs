namespace Kiln.Server.Storage;

/// <summary>
/// What stored texts say, parsed once and handed out again while the same text is read again: an ended run, a definition. It is
/// found by the whole text, so it cannot be out of date. Keeps what was read last, within a bound. Safe for concurrent use.
/// </summary>
/// <param name="parse">Pure; makes a value that nothing changes.</param>
internal sealed class ParsedTexts<T>(Func<string, T> parse)
    where T : class
{
    /// <summary>Characters of a generation; there are two.</summary>
    public const int Room = 64 * 1024;

    private readonly RecentlyUsed<string, T> _parsed = new(Room, StringComparer.Ordinal);

    /// <summary>What a text says.</summary>
    /// <exception cref="Exception">What parsing it throws; nothing is kept then.</exception>
    public T Of(string text)
    {
        if (_parsed.Find(text) is { } known)
        {
            return known;
        }
        var value = parse(text);
        _parsed.Keep(text, value, text.Length);
        return value;
    }
}
