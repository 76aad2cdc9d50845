using System.Globalization;

namespace Kiln.Bench.Measures;

/// <summary>Figures as the table shows them: three digits that count.</summary>
internal static class Text
{
    public static string Of(double figure, string unit)
    {
        var digits = figure >= 100 ? "0" : figure >= 10 ? "0.0" : "0.00";
        var number = figure.ToString(digits, CultureInfo.InvariantCulture);
        return unit.Length == 0 ? number : $"{number} {unit}";
    }
}
