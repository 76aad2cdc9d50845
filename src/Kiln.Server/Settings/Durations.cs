using System.Globalization;

namespace Kiln.Server.Settings;

/// <summary>Times as people write them: <c>30s</c>, <c>10m</c>, <c>24h</c>, <c>7d</c>.</summary>
public static class Durations
{
    /// <summary>Reads a time within bounds.</summary>
    public static bool TryParse(string text, TimeSpan least, TimeSpan most, out TimeSpan time)
    {
        time = default;
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }
        long? seconds = text[^1] switch
        {
            's' => number,
            'm' => number * 60L,
            'h' => number * 3600L,
            'd' => number * 86400L,
            _ => null,
        };
        if (seconds is null || seconds < least.TotalSeconds || seconds > most.TotalSeconds)
        {
            return false;
        }
        time = TimeSpan.FromSeconds(seconds.Value);
        return true;
    }

    /// <summary>A time for people: <c>30 days</c>.</summary>
    public static string Spoken(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => $"{time.TotalDays:0.#} days",
        { TotalHours: >= 2 } => $"{time.TotalHours:0.#} hours",
        { TotalMinutes: >= 2 } => $"{time.TotalMinutes:0.#} minutes",
        _ => $"{time.TotalSeconds:0} seconds",
    };
}
