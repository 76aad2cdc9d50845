using System.Globalization;

namespace Kiln.Runner;

/// <summary>How many bytes something may take on a host, as its operator says it.</summary>
internal static class ByteLimit
{
    /// <summary>Bytes from a number with or without <c>M</c> or <c>G</c>; <paramref name="otherwise"/> when there is none.</summary>
    public static long Of(string? text, long otherwise)
    {
        var (digits, shift) = (text?.Trim() ?? "").ToUpperInvariant() switch
        {
            [.. var number, 'G'] => (number, 30),
            [.. var number, 'M'] => (number, 20),
            var number => (number, 0),
        };
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count << shift : otherwise;
    }
}
