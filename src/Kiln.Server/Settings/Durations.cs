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
}
