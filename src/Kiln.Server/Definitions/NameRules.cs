using System.Globalization;
using System.Text;
using Kiln.Server.Bodies;

namespace Kiln.Server.Definitions;

/// <summary>How names of definitions look.</summary>
public static class NameRules
{
    private const int Longest = 128;

    /// <summary>Reads a name: trimmed; Unicode letters and digits, <c>-</c>, <c>_</c>, <c>.</c>, inner spaces, no leading dot.</summary>
    public static string Read(BodyObject body, string field) => Read(body, field, current: null);

    /// <summary>As above; absent, it stays what it is.</summary>
    /// <param name="body">The body.</param>
    /// <param name="field">The field.</param>
    /// <param name="current">The name that the definition has; <c>null</c> for a new one.</param>
    public static string Read(BodyObject body, string field, string? current)
    {
        if (current is not null && !body.Has(field))
        {
            return current;
        }
        var name = body.Text(field, Presence.Filled).Trim();
        if (name.Length > 0 && Problem(name) is { } problem)
        {
            body.Refuse(field, problem);
        }
        return name;
    }

    private static string? Problem(string name)
    {
        if (new StringInfo(name).LengthInTextElements > Longest)
        {
            return $"Must have at most {Longest} characters.";
        }
        if (name[0] == '.')
        {
            return "Must not begin with a dot.";
        }
        var odd = name.EnumerateRunes().FirstOrDefault(
            rune => !(Rune.IsLetterOrDigit(rune) || IsMark(rune) || rune.Value is '-' or '_' or '.' or ' '));
        return odd == default ? null : $"Must not contain '{Quoted.Short(odd.ToString())}': letters, digits, '-', '_', '.' and inner spaces are fine.";
    }

    // Marks belong to their letters in many scripts.
    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
