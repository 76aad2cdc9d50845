using System.Text.Json;

namespace Kiln.Server.Http;

/// <summary>A request body read as one JSON object. A closed family.</summary>
public abstract record JsonBody
{
    private JsonBody() { }

    /// <summary>An object whose every string is valid text without NUL. Unknown keys are still in it.</summary>
    public sealed record Parsed(JsonElement Root) : JsonBody;

    /// <summary>Not such an object; the answer says where and why.</summary>
    public sealed record Malformed(ApiError Error) : JsonBody;

    /// <summary>Reads the body to its end, whatever the content type says.</summary>
    public static async Task<JsonBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        return Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    /// <summary>Reads bytes.</summary>
    public static JsonBody Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.StartsWith(Utf8Bom))
        {
            utf8 = utf8[Utf8Bom.Length..];
        }
        if (utf8.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return new Malformed(ApiError.Invalid("", "The request body is empty; a JSON object is expected."));
        }
        try
        {
            using var document = JsonDocument.Parse(utf8);
            var root = document.RootElement.Clone();
            if (root.ValueKind != JsonValueKind.Object)
            {
                return new Malformed(ApiError.Invalid(
                    "", $"The request body must be a JSON object, not {JsonFields.KindName(root)}."));
            }
            var errors = new List<FieldError>();
            CheckText(root, "", errors);
            return errors.Count == 0 ? new Parsed(root) : new Malformed(ApiError.Invalid(errors));
        }
        catch (JsonException malformed)
        {
            return new Malformed(ApiError.Invalid("", "The request body is not valid JSON: "
                + $"line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1} cannot be read."));
        }
    }

    private static ReadOnlySpan<byte> Utf8Bom => [0xEF, 0xBB, 0xBF];

    private static void CheckText(JsonElement element, string path, List<FieldError> errors)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                if (Problem(element) is { } problem)
                {
                    errors.Add(new(path, problem));
                }
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    CheckText(item, $"{path}[{index++}]", errors);
                }
                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    if (NameOf(property) is not { } name)
                    {
                        errors.Add(new(path, "has a key that is not valid Unicode text."));
                        continue;
                    }
                    CheckText(property.Value, path.Length == 0 ? name : $"{path}.{name}", errors);
                }
                break;
            default:
                break;
        }
    }

    private static string? Problem(JsonElement text)
    {
        try
        {
            return text.GetString()!.Contains('\0', StringComparison.Ordinal) ? "contains a NUL character." : null;
        }
        catch (InvalidOperationException)
        {
            return "is not valid Unicode text.";
        }
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
