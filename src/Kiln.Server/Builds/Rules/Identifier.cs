namespace Kiln.Server.Builds.Rules;

/// <summary>The rule for parameter keys and outputs.</summary>
public static class Identifier
{
    public const string Rule = "use letters, digits and \"_\", not a digit first, 128 at most";

    public static bool IsValid(string text) =>
        text.Length is > 0 and <= 128
        && !char.IsAsciiDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
