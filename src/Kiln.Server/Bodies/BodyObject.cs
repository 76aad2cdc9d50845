using System.Globalization;
using System.Text.Json;

namespace Kiln.Server.Bodies;

/// <summary>
/// One object of a request's body, read field by field. What is wrong goes to the violations under the field's path,
/// and reading goes on with a harmless value, so that one answer names everything. <c>null</c> is absent, for a list
/// it is empty. Booleans may be written as texts, whole numbers as digit strings; nothing else is bent.
/// Its members are virtual so that the published API document is made by running the readers themselves over a body that
/// only notes what they ask for.
/// </summary>
/// <param name="element">The object.</param>
/// <param name="path">Its path in the body; empty for the body itself.</param>
/// <param name="violations">Where violations go.</param>
public class BodyObject(JsonElement element, string path, Violations violations)
{
    public Violations Violations => violations;

    /// <summary>Reads the body itself.</summary>
    public static BodyObject? Root(JsonElement body, Violations violations)
    {
        if (body.ValueKind == JsonValueKind.Object)
        {
            return new BodyObject(body, "", violations);
        }
        violations.Add("", $"The body is {Kind(body)}; send a JSON object.");
        return null;
    }

    /// <summary>Path of a field of this object.</summary>
    public string At(string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>True when the field is there and not <c>null</c>.</summary>
    public virtual bool Has(string name) => Get(name) is { ValueKind: not JsonValueKind.Null };

    /// <summary>True when the field is there; a list may be <c>null</c>.</summary>
    public virtual bool HasList(string name) => Get(name) is not null;

    public virtual void Refuse(string name, string message) => violations.Add(At(name), message);

    public string Text(string name, Presence presence) => Text(name, presence, "");

    public virtual string Text(string name, Presence presence, string fallback)
    {
        if (Get(name) is not { ValueKind: not JsonValueKind.Null } value)
        {
            RefuseAbsent(name, presence, "text");
            return fallback;
        }
        if (value.ValueKind != JsonValueKind.String)
        {
            RefuseKind(name, value, "text");
            return fallback;
        }
        var text = value.GetString()!;
        if (presence == Presence.Filled && string.IsNullOrWhiteSpace(text))
        {
            Refuse(name, "Must not be empty.");
            return fallback;
        }
        return text;
    }

    /// <summary>One of <paramref name="allowed"/>; an optional one may be empty.</summary>
    public virtual string Word(string name, Presence presence, string fallback, params ReadOnlySpan<string> allowed)
    {
        var text = Text(name, presence);
        if (text.Length == 0 && presence != Presence.Present)
        {
            return fallback;
        }
        if (!allowed.Contains(text))
        {
            Refuse(name, $"\"{Quoted.Short(text)}\" is not known here; use {string.Join(", ", allowed)}.");
            return fallback;
        }
        return text;
    }

    /// <summary>Text, or a number or boolean as its text.</summary>
    public virtual string Scalar(string name, Presence presence) => Get(name) switch
    {
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } value => value.GetRawText(),
        _ => Text(name, presence),
    };

    public virtual bool Flag(string name, bool fallback)
    {
        if (Get(name) is not { ValueKind: not JsonValueKind.Null } value)
        {
            return fallback;
        }
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }
        if (value.ValueKind == JsonValueKind.String && value.GetString() is "true" or "false")
        {
            return value.ValueEquals("true"u8);
        }
        RefuseKind(name, value, "true or false");
        return fallback;
    }

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public virtual int Number(string name, int fallback, int least, int most) =>
        Get(name) is not { ValueKind: not JsonValueKind.Null } value
            ? fallback
            : (int)Whole(At(name), value, fallback, least, most);

    /// <summary>A whole number of 64 bits.</summary>
    public virtual long LongNumber(string name, long fallback, long least, long most) =>
        Get(name) is not { ValueKind: not JsonValueKind.Null } value
            ? fallback
            : Whole(At(name), value, fallback, least, most);

    public virtual IReadOnlyList<string> Texts(string name, Presence presence) =>
        Elements(name, presence, (item, at) =>
        {
            if (item.ValueKind == JsonValueKind.String)
            {
                return item.GetString()!;
            }
            violations.Add(at, $"Must be text, not {Kind(item)}.");
            return null;
        });

    public virtual IReadOnlyList<int> Numbers(string name, int least, int most) =>
        [.. Elements(name, Presence.Optional, (item, at) => (object)(int)Whole(at, item, least, least, most)).Cast<int>()];

    public virtual IReadOnlyList<T> Objects<T>(string name, Presence presence, Func<BodyObject, T> read)
        where T : class =>
        Elements(name, presence, (item, at) =>
        {
            if (item.ValueKind == JsonValueKind.Object)
            {
                return read(new BodyObject(item, at, violations));
            }
            violations.Add(at, $"Must be an object, not {Kind(item)}.");
            return null;
        });

    /// <summary>An object, or nothing.</summary>
    public virtual BodyObject? Child(string name)
    {
        if (Get(name) is not { ValueKind: not JsonValueKind.Null } value)
        {
            return null;
        }
        if (value.ValueKind == JsonValueKind.Object)
        {
            return new BodyObject(value, At(name), violations);
        }
        RefuseKind(name, value, "an object");
        return null;
    }

    /// <summary>An object or a list of one; an empty list is nothing.</summary>
    public virtual BodyObject? ChildOrListOfOne(string name)
    {
        if (Get(name) is not { ValueKind: JsonValueKind.Array } list)
        {
            return Child(name);
        }
        switch (list.GetArrayLength())
        {
            case 0:
                return null;
            case 1 when list[0].ValueKind == JsonValueKind.Object:
                return new BodyObject(list[0], $"{At(name)}[0]", violations);
            case 1:
                violations.Add($"{At(name)}[0]", $"Must be an object, not {Kind(list[0])}.");
                return null;
            default:
                Refuse(name, $"Takes one object, or a list of one; this list has {list.GetArrayLength()}.");
                return null;
        }
    }

    private List<T> Elements<T>(string name, Presence presence, Func<JsonElement, string, T?> read)
        where T : class
    {
        var result = new List<T>();
        if (Get(name) is not { } value)
        {
            RefuseAbsent(name, presence, "a list");
            return result;
        }
        if (value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
        {
            RefuseKind(name, value, "a list");
            return result;
        }
        if (presence == Presence.Filled && (value.ValueKind == JsonValueKind.Null || value.GetArrayLength() == 0))
        {
            Refuse(name, "Must have at least one element.");
            return result;
        }
        if (value.ValueKind == JsonValueKind.Null)
        {
            return result;
        }
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (read(item, $"{At(name)}[{index++}]") is { } element)
            {
                result.Add(element);
            }
        }
        return result;
    }

    private long Whole(string at, JsonElement value, long fallback, long least, long most)
    {
        long number;
        var whole = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out number),
            JsonValueKind.String => long.TryParse(
                value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out number),
            _ => (number = 0) != 0,
        };
        if (whole && number >= least && number <= most)
        {
            return number;
        }
        violations.Add(at, value.ValueKind is JsonValueKind.Number or JsonValueKind.String
            ? $"Must be a whole number from {least} to {most}."
            : $"Must be a whole number, not {Kind(value)}.");
        return fallback;
    }

    private JsonElement? Get(string name) => element.TryGetProperty(name, out var value) ? value : null;

    private void RefuseAbsent(string name, Presence presence, string kind)
    {
        if (presence != Presence.Optional)
        {
            Refuse(name, presence == Presence.Filled
                ? $"Is required: {kind} that is not empty."
                : $"Is required: {kind}, which may be empty.");
        }
    }

    private void RefuseKind(string name, JsonElement value, string wanted) =>
        Refuse(name, $"Must be {wanted}, not {Kind(value)}.");

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };
}
