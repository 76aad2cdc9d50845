using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Kiln.Server.Http;

namespace Kiln.Server.Bodies;

/// <summary>
/// Turns the bytes of a request into JSON that is safe to read: one value, valid UTF-8, no key twice, no lone
/// surrogate, no NUL character, at most 64 levels. What is not so is explained, never thrown.
/// </summary>
public static class JsonBody
{
    private const int Deepest = 64;

    /// <summary>Parses <paramref name="body"/>; the document is the caller's to dispose.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out JsonDocument? document,
        [NotNullWhen(false)] out FieldError? error)
    {
        document = null;
        error = Problem(body.Span);
        if (error is not null)
        {
            return false;
        }
        try
        {
            document = JsonDocument.Parse(body, new JsonDocumentOptions
            {
                AllowDuplicateProperties = false,
                MaxDepth = Deepest,
            });
            return true;
        }
        catch (JsonException exception)
        {
            error = Malformed(exception);
            return false;
        }
    }

    private static FieldError? Problem(ReadOnlySpan<byte> body)
    {
        if (body.Trim(" \t\r\n"u8).IsEmpty)
        {
            return new FieldError("", "The body is empty; send a JSON object.");
        }
        if (!Utf8.IsValid(body))
        {
            return new FieldError("", "The body is not valid UTF-8.");
        }
        try
        {
            // Checked before parsing: the parser unescapes names while it looks for duplicates, and throws on these.
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Deepest });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                    && BadText(reader.ValueSpan, reader.ValueIsEscaped) is { } what)
                {
                    return new FieldError("", $"A text at byte {reader.TokenStartIndex} of the body contains {what}.");
                }
            }
            return null;
        }
        catch (JsonException exception)
        {
            return Malformed(exception);
        }
    }

    private static string? BadText(ReadOnlySpan<byte> text, bool escaped)
    {
        if (!escaped)
        {
            return null;
        }
        var high = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != (byte)'\\')
            {
                if (high)
                {
                    return LoneSurrogate;
                }
                continue;
            }
            i++;
            var code = text[i] == (byte)'u' ? Hex(text.Slice(i + 1, 4)) : 'x';
            i += text[i] == (byte)'u' ? 4 : 0;
            if (code == 0)
            {
                return "a NUL character";
            }
            if (char.IsLowSurrogate(code) != high)
            {
                return LoneSurrogate;
            }
            high = char.IsHighSurrogate(code);
        }
        return high ? LoneSurrogate : null;
    }

    private const string LoneSurrogate = "half of a surrogate pair";

    private static char Hex(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            value = (value << 4) | Convert.ToInt32(((char)digit).ToString(), 16);
        }
        return (char)value;
    }

    private static FieldError Malformed(JsonException exception) =>
        exception.Message.Contains("duplicate", StringComparison.OrdinalIgnoreCase)
            ? new FieldError(exception.Path ?? "", "A key occurs twice in the same object of the body.")
            : new FieldError("", $"The body is not valid JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}.");
}
