using System.Text;

namespace Kiln.Contracts.Plans;

/// <summary>
/// Expansion of variables in settings that are not scripts (archive location, build arguments, paths): <c>$K</c>,
/// <c>${K}</c>, <c>%K%</c> and <c>$env:K</c>. One pass from left to right: what a value brings in is never looked at
/// again. Where several names fit, the longest wins, so <c>$SERVICE_NAME</c> is never <c>$SERVICE</c> and a rest.
/// What names no known variable stays as it is written.
/// </summary>
public static class VariableExpansion
{
    /// <summary>Expands <paramref name="text"/>.</summary>
    /// <param name="text">Text with references; names are case-sensitive.</param>
    /// <param name="variables">Values by name; empty names are ignored.</param>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        if (!text.AsSpan().ContainsAny('$', '%'))
        {
            return text;
        }
        var names = variables.Keys.Where(static name => name.Length > 0)
            .OrderByDescending(static name => name.Length).ToArray();
        var result = new StringBuilder(text.Length);
        var at = 0;
        while (at < text.Length)
        {
            var (name, length) = Match(text.AsSpan(at), names);
            if (name is null)
            {
                result.Append(text[at]);
                at++;
            }
            else
            {
                result.Append(variables[name]);
                at += length;
            }
        }
        return result.ToString();
    }

    private static (string? Name, int Length) Match(ReadOnlySpan<char> rest, string[] namesLongestFirst)
    {
        if (rest[0] is not ('$' or '%'))
        {
            return (null, 0);
        }
        foreach (var name in namesLongestFirst)
        {
            var length = LengthOf(rest, name);
            if (length > 0)
            {
                return (name, length);
            }
        }
        return (null, 0);
    }

    private static int LengthOf(ReadOnlySpan<char> rest, string name) =>
        IsAt(rest, "${", name, "}") ? name.Length + 3
        : IsAt(rest, "%", name, "%") ? name.Length + 2
        : IsAt(rest, "$env:", name, "") ? name.Length + 5
        : IsAt(rest, "$", name, "") ? name.Length + 1
        : 0;

    private static bool IsAt(ReadOnlySpan<char> rest, string opening, string name, string closing) =>
        rest.StartsWith(opening)
        && rest[opening.Length..].StartsWith(name)
        && rest[(opening.Length + name.Length)..].StartsWith(closing);
}
