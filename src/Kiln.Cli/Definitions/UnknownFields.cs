using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Definitions;

/// <summary>
/// Fields of a document that its kind does not have. The server ignores what it does not know; in a file, that is a mistake
/// that nobody would notice.
/// </summary>
internal static class UnknownFields
{
    /// <summary>Compares a document with what the server made of it, which has every field of the kind.</summary>
    /// <param name="body">The document.</param>
    /// <param name="spec">What the server would store.</param>
    /// <param name="what">The kind in a sentence.</param>
    public static IReadOnlyList<Violation> In(JsonObject body, JsonObject spec, string what)
    {
        var found = new List<Violation>();
        Compare("", body, spec, what, found);
        return found;
    }

    private static void Compare(string path, JsonNode? given, JsonNode? known, string what, List<Violation> found)
    {
        switch (given, known)
        {
            // The API takes some objects as a list of one.
            case (JsonArray { Count: 1 } list, JsonObject map):
                Compare($"{path}[0]", list[0], map, what, found);
                break;
            case (JsonArray list, JsonArray items):
                for (var i = 0; i < Math.Min(list.Count, items.Count); i++)
                {
                    Compare($"{path}[{i}]", list[i], items[i], what, found);
                }
                break;
            case (JsonObject fields, JsonObject map):
                foreach (var (name, value) in fields)
                {
                    var at = path.Length == 0 ? name : $"{path}.{name}";
                    if (map.ContainsKey(name))
                    {
                        Compare(at, value, map[name], what, found);
                    }
                    else if (Says(value))
                    {
                        found.Add(new Violation(
                            at, $"A {what} has no such field here.{NearestWords.Sentence(name, map.Select(field => field.Key))}"));
                    }
                }
                break;
        }
    }

    // A field that says nothing may be left out of what is stored.
    private static bool Says(JsonNode? value) => value switch
    {
        null => false,
        JsonArray list => list.Count > 0,
        JsonObject map => map.Count > 0,
        _ => value.GetValueKind() is JsonValueKind.True
            || (value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length > 0)
            || (value.GetValueKind() == JsonValueKind.Number && value.ToJsonString() != "0"),
    };
}
