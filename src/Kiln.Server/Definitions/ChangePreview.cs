using System.Text.Json.Nodes;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions.Revisions;
using Kiln.Server.Http;

namespace Kiln.Server.Definitions;

/// <summary>The answer to a change with <c>dry_run=true</c>: what it would do, secrets masked.</summary>
internal static class ChangePreview
{
    /// <summary>The answer.</summary>
    /// <param name="before">What is stored; <c>null</c> = nothing.</param>
    /// <param name="after">What would be.</param>
    /// <param name="tag">Tag of what is stored.</param>
    /// <param name="warnings">What would be saved but not work as hoped.</param>
    public static JsonAnswer Of(ShownJson? before, ShownJson after, EntityTag? tag, IReadOnlyList<string> warnings)
    {
        var changes = before is null ? [] : JsonDifference.Of(before, after);
        return new JsonAnswer(
            new JsonObject
            {
                ["message"] = "success",
                ["dry_run"] = true,
                ["change"] = before is null ? "create" : changes.Count > 0 ? "update" : "none",
                ["changes"] = new JsonArray([.. changes.Select(Json)]),
                ["spec"] = after.Masked?.DeepClone(),
                ["warnings"] = new JsonArray([.. warnings.Select(warning => JsonValue.Create(warning))]),
            },
            tag);
    }

    private static JsonObject Json(RevisionChange change) => new()
    {
        ["path"] = change.Path, ["from"] = change.From, ["to"] = change.To,
    };
}
