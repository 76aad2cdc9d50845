using System.Globalization;

namespace Kiln.Server.Settings;

/// <summary>Amounts of bytes as people write them: <c>500M</c>, <c>20G</c>, <c>2T</c>.</summary>
public static class Sizes
{
    private const string Units = "KMGT";

    /// <summary>Reads an amount.</summary>
    public static bool TryParse(string text, long least, out long bytes)
    {
        bytes = 0;
        var unit = text.Length < 2 ? -1 : Units.IndexOf(text[^1], StringComparison.Ordinal);
        if (unit < 0 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }
        bytes = (long)number << (10 * (unit + 1));
        return bytes >= least && number < 1 << 20;
    }

    /// <summary>An amount for people: <c>20 GiB</c>.</summary>
    public static string Spoken(long bytes)
    {
        var unit = 0;
        for (; unit + 1 < Units.Length && bytes % (1L << (10 * (unit + 2))) == 0; unit++)
        {
        }
        return string.Create(CultureInfo.InvariantCulture, $"{bytes >> (10 * (unit + 1))} {Units[unit]}iB");
    }
}
