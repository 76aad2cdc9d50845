using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kiln.Cli.Output;

/// <summary>Fields of an answer as they are shown. What is not there is empty: an older server may not say it.</summary>
internal static class JsonFields
{
    /// <summary>A text, number or boolean as its text.</summary>
    public static string Text(this JsonNode? node, string name) => node is JsonObject item ? Text(item[name]) : "";

    /// <summary>A value as its text; a list comma-joined.</summary>
    public static string Text(JsonNode? value) => value switch
    {
        JsonArray list => string.Join(',', list.Select(Text)),
        JsonValue when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonValue => value.ToJsonString(),
        _ => "",
    };

    /// <summary>A whole number; 0 when there is none.</summary>
    public static long Number(this JsonNode? node, string name) =>
        node is JsonObject item && item[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && value.TryGetValue<long>(out var number) ? number : 0;

    /// <summary>The objects of a list; none when it is not there.</summary>
    public static IReadOnlyList<JsonObject> Objects(this JsonNode? node, string name) =>
        node is JsonObject item && item[name] is JsonArray list ? [.. list.OfType<JsonObject>()] : [];

    /// <summary>Unix seconds as a time of day in UTC; empty for 0.</summary>
    public static string Time(this JsonNode? node, string name) => node.Number(name) is > 0 and var seconds
        ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
        : "";
}
