using System.Text.Json.Nodes;
using Kiln.Contracts.Catalogue;

namespace Kiln.Server.Definitions.Revisions;

/// <summary>A body in two views of the same shape: with its secrets, to compare; and masked, to show.</summary>
internal sealed record ShownJson(JsonNode? Clear, JsonNode? Masked);

/// <summary>Which fields of two bodies differ. A changed secret counts, and both sides of it show the mask.</summary>
internal static class JsonDifference
{
    public static IReadOnlyList<RevisionChange> Of(ShownJson from, ShownJson to)
    {
        var changes = new List<RevisionChange>();
        Compare("", from, to, changes);
        return changes;
    }

    private static void Compare(string path, ShownJson from, ShownJson to, List<RevisionChange> changes)
    {
        if (JsonNode.DeepEquals(from.Clear, to.Clear))
        {
            return;
        }
        switch (from.Clear, to.Clear)
        {
            case (JsonObject before, JsonObject after):
                foreach (var name in before.Select(field => field.Key).Union(after.Select(field => field.Key)))
                {
                    Compare(path.Length == 0 ? name : $"{path}.{name}", Field(from, name), Field(to, name), changes);
                }
                break;
            case (JsonArray before, JsonArray after):
                for (var i = 0; i < Math.Max(before.Count, after.Count); i++)
                {
                    Compare($"{path}[{i}]", Element(from, i), Element(to, i), changes);
                }
                break;
            default:
                changes.Add(new RevisionChange(path, from.Masked?.DeepClone(), to.Masked?.DeepClone()));
                break;
        }
    }

    private static ShownJson Field(ShownJson node, string name) => new(node.Clear?[name], node.Masked?[name]);

    private static ShownJson Element(ShownJson node, int index) => new(At(node.Clear, index), At(node.Masked, index));

    private static JsonNode? At(JsonNode? list, int index) => list is JsonArray items && index < items.Count ? items[index] : null;
}
