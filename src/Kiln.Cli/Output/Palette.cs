namespace Kiln.Cli.Output;

/// <summary>Colours of a terminal, or none.</summary>
internal sealed class Palette
{
    private readonly bool _paints;

    private Palette(bool paints) => _paints = paints;

    /// <summary>Leaves every text as it is.</summary>
    public static Palette None { get; } = new(paints: false);

    /// <summary>Paints.</summary>
    public static Palette Ansi { get; } = new(paints: true);

    /// <summary>What the environment of a terminal asks for: no colours with <c>NO_COLOR</c> or on a dumb one.</summary>
    public static Palette Wanted(Func<string, string?> environment) =>
        environment("NO_COLOR") is { Length: > 0 } || environment("TERM") is null or "" or "dumb" ? None : Ansi;

    public string Green(string text) => Paint("32", text);

    public string Red(string text) => Paint("31", text);

    public string Yellow(string text) => Paint("33", text);

    public string Cyan(string text) => Paint("36", text);

    public string Dim(string text) => Paint("2", text);

    public string Bold(string text) => Paint("1", text);

    /// <summary>The status of a run, a step or a host in the colour that it has everywhere.</summary>
    public string Status(string word) => word.Trim() switch
    {
        "passed" or "online" or "fits" => Green(word),
        "failed" or "timeout" or "lost" or "unreachable" => Red(word),
        "cancelled" or "queued" or "draining" or "paused" or "lacks" => Yellow(word),
        "running" or "prepare" => Cyan(word),
        _ => word,
    };

    private string Paint(string code, string text) => _paints && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
