using System.Globalization;
using System.Text;

namespace Kiln.Server.Builds.Rules;

/// <summary>The rule for names of builds and templates.</summary>
public static class BuildName
{
    /// <summary>A sentence when <paramref name="name"/> (already trimmed) breaks the rule.</summary>
    public static string? Problem(string name)
    {
        var length = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            length++;
            if (!Allowed(rune))
            {
                return $"\"{rune}\" (U+{rune.Value:X4}) is not allowed; use letters and digits of any language, spaces, \"-\", \"_\" and \".\".";
            }
        }
        return length > 128 ? $"Has {length} characters; 128 is the most."
            : name.StartsWith('.') ? "Must not begin with a dot."
            : null;
    }

    // Marks belong to their letters in many scripts.
    private static bool Allowed(Rune rune) =>
        rune.Value is '-' or '_' or '.' or ' ' || Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
