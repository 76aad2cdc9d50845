using System.Globalization;
using System.Text.Json;

namespace Kiln.Server.Http;

/// <summary>
/// Reads the fields of one JSON object and collects every violation on the way, so that a client learns all of them at
/// once. Lenient exactly where the contract is: booleans may be <c>"true"</c>/<c>"false"</c>, integers digit strings,
/// <c>null</c> is absent, unknown keys are ignored. A field that cannot be read gives its default beside the error.
/// </summary>
/// <param name="element">The object.</param>
/// <param name="path">Its path for errors; empty for the root.</param>
/// <param name="errors">Where violations go.</param>
public sealed class JsonFields(JsonElement element, string path, List<FieldError> errors)
{
    /// <summary>The object itself.</summary>
    public JsonElement Element => element;

    /// <summary>Path of this object; empty for the root.</summary>
    public string Path => path;

    /// <summary>Full path of a field.</summary>
    public string At(string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>Adds a violation of a field.</summary>
    public void Refuse(string name, string message) => errors.Add(new(At(name), message));

    /// <summary>True when the field is there and not <c>null</c>.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Text that must be there and must not be blank.</summary>
    public string RequiredText(string name)
    {
        var text = PresentText(name);
        if (text.Length > 0 && string.IsNullOrWhiteSpace(text))
        {
            text = "";
        }
        if (text.Length == 0 && Find(name) is { ValueKind: JsonValueKind.String })
        {
            Refuse(name, "must not be empty.");
        }
        return text;
    }

    /// <summary>Text that must be there and may be empty.</summary>
    public string PresentText(string name)
    {
        if (Find(name) is null)
        {
            Refuse(name, "is required.");
            return "";
        }
        return Text(name);
    }

    /// <summary>Text, or <paramref name="absent"/> when it is not there.</summary>
    public string Text(string name, string absent = "")
    {
        if (Find(name) is not { } value)
        {
            return absent;
        }
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString()!;
        }
        Refuse(name, $"must be a string, not {KindName(value)}.");
        return absent;
    }

    /// <summary>A boolean, or <paramref name="absent"/>.</summary>
    public bool Flag(string name, bool absent = false)
    {
        switch (Find(name))
        {
            case null:
                return absent;
            case { ValueKind: JsonValueKind.True }:
                return true;
            case { ValueKind: JsonValueKind.False }:
                return false;
            case { ValueKind: JsonValueKind.String } text when text.ValueEquals("true"u8):
                return true;
            case { ValueKind: JsonValueKind.String } text when text.ValueEquals("false"u8):
                return false;
            case { } other:
                Refuse(name, $"must be true or false, not {KindName(other)}.");
                return absent;
        }
    }

    /// <summary>A whole number, or <c>null</c> when it is absent or unreadable (then with its error).</summary>
    public long? Whole(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number))
        {
            return number;
        }
        if (value.ValueKind == JsonValueKind.String
            && long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
        {
            return number;
        }
        Refuse(name, value.ValueKind is JsonValueKind.Number or JsonValueKind.String
            ? "must be a whole number of at most 64 bits."
            : $"must be a whole number, not {KindName(value)}.");
        return null;
    }

    /// <summary>The fields of an object, or <c>null</c> when it is absent or no object (then with its error).</summary>
    public JsonFields? Object(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }
        if (value.ValueKind == JsonValueKind.Object)
        {
            return new JsonFields(value, At(name), errors);
        }
        Refuse(name, $"must be an object, not {KindName(value)}.");
        return null;
    }

    /// <summary>A list of objects; empty when absent.</summary>
    public IReadOnlyList<T> Objects<T>(string name, Func<JsonFields, T> read) =>
        Items(name, JsonValueKind.Object, "an object", (item, at) => read(new JsonFields(item, at, errors)));

    /// <summary>A list of strings; empty when absent.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        Items(name, JsonValueKind.String, "a string", (item, _) => item.GetString()!);

    /// <summary>A list that must be there and may be empty.</summary>
    public IReadOnlyList<T> PresentObjects<T>(string name, Func<JsonFields, T> read)
    {
        if (!Has(name))
        {
            Refuse(name, "is required (an empty list is fine).");
        }
        return Objects(name, read);
    }

    /// <summary>Text that must be one of <paramref name="allowed"/>; <paramref name="absent"/> when it is not there or empty.</summary>
    public string OneOf(string name, string absent, params ReadOnlySpan<string> allowed)
    {
        var text = Text(name, absent);
        if (text.Length == 0 || text == absent)
        {
            return absent;
        }
        if (!allowed.Contains(text))
        {
            Refuse(name, $"'{Shorten(text)}' is not known; use {string.Join(", ", allowed!)}.");
            return absent;
        }
        return text;
    }

    /// <summary>What a JSON value is, in words for an error.</summary>
    public static string KindName(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    /// <summary>A value shortened for a sentence.</summary>
    public static string Shorten(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 79), "…");

    private List<T> Items<T>(string name, JsonValueKind kind, string kindName, Func<JsonElement, string, T> read)
    {
        var items = new List<T>();
        if (Find(name) is not { } value)
        {
            return items;
        }
        if (value.ValueKind != JsonValueKind.Array)
        {
            Refuse(name, $"must be a list, not {KindName(value)}.");
            return items;
        }
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var at = $"{At(name)}[{index++}]";
            if (item.ValueKind == kind)
            {
                items.Add(read(item, at));
            }
            else
            {
                errors.Add(new(at, $"must be {kindName}, not {KindName(item)}."));
            }
        }
        return items;
    }

    private JsonElement? Find(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
