using System.Globalization;

namespace Kiln.Bench.Worlds;

/// <summary>Figures in the text that Prometheus reads.</summary>
internal static class Samples
{
    /// <summary>Every figure of a metric that has labels.</summary>
    /// <param name="text">The text.</param>
    /// <param name="metric">Its name.</param>
    /// <returns>Labels as they are written, and the figure.</returns>
    public static IEnumerable<(string Labels, double Value)> Of(string text, string metric) =>
        from line in text.Split('\n')
        where line.StartsWith(metric + "{", StringComparison.Ordinal)
        let end = line.LastIndexOf(' ')
        select (line[metric.Length..end], double.Parse(line.AsSpan(end), CultureInfo.InvariantCulture));
}
