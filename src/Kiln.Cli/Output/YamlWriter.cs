using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kiln.Cli.Output;

/// <summary>
/// JSON as YAML that people like to read: block style, scripts as literal blocks. What it writes reads back as the same JSON,
/// with a parser of YAML 1.1 too.
/// </summary>
internal static class YamlWriter
{
    // Marks that mean nothing inside a plain word, to any parser.
    private const string PlainMarks = " -_./:+=@$,;()";

    /// <summary>A document; ends with a line break.</summary>
    public static string Document(JsonNode? node)
    {
        var text = new StringBuilder();
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                Map(text, map, 0);
                break;
            case JsonArray { Count: > 0 } list:
                List(text, list, 0);
                break;
            default:
                text.Append(Inline(node)).Append('\n');
                break;
        }
        return text.ToString();
    }

    private static void Map(StringBuilder text, JsonObject map, int indent)
    {
        var isFirst = true;
        foreach (var (name, value) in map)
        {
            // The first key of a list's element stands behind its dash.
            if (!isFirst || text.Length == 0 || text[^1] == '\n')
            {
                text.Append(' ', indent);
            }
            isFirst = false;
            text.Append(Plain(name)).Append(':');
            Value(text, value, indent);
        }
    }

    private static void List(StringBuilder text, JsonArray list, int indent)
    {
        foreach (var value in list)
        {
            text.Append(' ', indent).Append('-');
            switch (value)
            {
                case JsonObject { Count: > 0 } map:
                    text.Append(' ');
                    Map(text, map, indent + 2);
                    break;
                default:
                    Value(text, value, indent);
                    break;
            }
        }
    }

    /// <summary>Writes a value behind a key or a dash, with the line break.</summary>
    private static void Value(StringBuilder text, JsonNode? value, int indent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } map:
                text.Append('\n');
                Map(text, map, indent + 2);
                break;
            case JsonArray { Count: > 0 } list:
                text.Append('\n');
                List(text, list, indent + 2);
                break;
            case JsonValue when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var block && IsBlock(block):
                Literal(text, block, indent + 2);
                break;
            default:
                text.Append(' ').Append(Inline(value)).Append('\n');
                break;
        }
    }

    private static void Literal(StringBuilder text, string block, int indent)
    {
        var trailing = block.Length - block.TrimEnd('\n').Length;
        text.Append(trailing switch { 0 => " |-\n", 1 => " |\n", _ => " |+\n" });
        foreach (var line in block[..^Math.Min(trailing, 1)].Split('\n'))
        {
            text.Append(' ', line.Length > 0 ? indent : 0).Append(line).Append('\n');
        }
    }

    // Only what every parser reads alike: no odd spaces at either end, nothing that cannot be printed.
    private static bool IsBlock(string text)
    {
        var content = text.TrimEnd('\n');
        return content.Length > 0 && text.Contains('\n') && content[0] is not (' ' or '\n' or '\t')
            && !content.Split('\n').Any(line => line.EndsWith(' ') || line.EndsWith('\t'))
            && text.EnumerateRunes().All(rune => rune.Value is '\n' or '\t' || IsPrintable(rune));
    }

    private static string Inline(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        _ when value.GetValueKind() == JsonValueKind.String => Plain(value.GetValue<string>()),
        _ => value.ToJsonString(),
    };

    private static string Plain(string text) => IsPlain(text)
        ? text
        : Quoted(text);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                _ when IsPrintable(rune) => rune.ToString(),
                _ => $"\\u{rune.Value:x4}",
            });
        }
        return quoted.Append('"').ToString();
    }

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || text[0] == ' ' || text[^1] == ' ' || text[^1] == ':' || IsWord(text) || LooksLikeANumber(text))
        {
            return false;
        }
        return (char.IsLetterOrDigit(text[0]) || text[0] is '/' or '_' or '$' or '.')
            && text.EnumerateRunes().All(rune =>
                Rune.IsLetterOrDigit(rune) || PlainMarks.Contains(rune.ToString(), StringComparison.Ordinal))
            && !text.Contains(": ", StringComparison.Ordinal)
            && !text.StartsWith("...", StringComparison.Ordinal);
    }

    private static bool IsPrintable(Rune rune) => rune.Value is >= ' ' and not (>= 0x7f and <= 0x9f)
        and not (0x2028 or 0x2029 or 0xfeff or 0xfffe or 0xffff or 0xfffd);

    // Words that some version of YAML takes for something else than text.
    private static bool IsWord(string text) => text.ToLowerInvariant()
        is "null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n" or ".nan" or ".inf";

    // Also times (12:30:00), dates and octal or hexadecimal numbers of YAML 1.1.
    private static bool LooksLikeANumber(string text) =>
        (char.IsAsciiDigit(text[0]) || text[0] == '.')
        && text.All(letter => char.IsAsciiHexDigit(letter) || "._:-+xXoTZ ".Contains(letter));
}
