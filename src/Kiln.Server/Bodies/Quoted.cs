using System.Globalization;

namespace Kiln.Server.Bodies;

/// <summary>Quotes a caller's text in a sentence: shortened, without control characters.</summary>
public static class Quoted
{
    private const int Longest = 80;

    public static string Short(string text)
    {
        var info = text.Length > Longest ? StringInfo.GetNextTextElementLength(text, Longest - 1) + Longest - 1 : text.Length;
        var cut = info < text.Length ? text[..info] + "…" : text;
        return string.Concat(cut.Select(c => char.IsControl(c) ? '\uFFFD' : c));
    }
}
