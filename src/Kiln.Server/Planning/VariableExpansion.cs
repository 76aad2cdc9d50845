using System.Text;
using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>
/// Fills variables into settings: <c>$NAME</c> and <c>${NAME}</c>, in one pass, longest name first, never again in
/// what was filled in. Unknown names stay as they are, and so do secrets: a setting is shown and logged.
/// </summary>
public static class VariableExpansion
{
    public static string Expand(string text, IReadOnlyList<PlannedVariable> variables)
    {
        var known = Known(variables);
        var result = new StringBuilder();
        var at = 0;
        while (at < text.Length)
        {
            if (text[at] == '$' && Match(text.AsSpan(at + 1), known) is { Length: > 0 } match)
            {
                result.Append(match.Value);
                at += 1 + match.Length;
            }
            else
            {
                result.Append(text[at++]);
            }
        }
        return result.ToString();
    }

    private static List<(string Name, string Value)> Known(IReadOnlyList<PlannedVariable> variables) =>
        [.. variables
            .GroupBy(variable => variable.Name, StringComparer.Ordinal)
            .Select(group => group.Last())
            .Where(variable => variable.SecretRef is null)
            .Select(variable => (variable.Name, variable.Value))
            .OrderByDescending(variable => variable.Name.Length)];

    private static (int Length, string Value) Match(ReadOnlySpan<char> rest, List<(string Name, string Value)> known)
    {
        foreach (var (name, value) in known)
        {
            if (rest.StartsWith(name, StringComparison.Ordinal))
            {
                return (name.Length, value);
            }
            if (rest.Length > name.Length + 1 && rest[0] == '{' && rest[name.Length + 1] == '}'
                && rest[1..].StartsWith(name, StringComparison.Ordinal))
            {
                return (name.Length + 2, value);
            }
        }
        return default;
    }
}
