using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions.Revisions;

namespace Kiln.Server.Definitions;

/// <summary>What a change would do, for a dry run of it.</summary>
internal static class ChangePreviews
{
    /// <summary>The preview.</summary>
    /// <param name="before">What is stored; <c>null</c> = nothing.</param>
    /// <param name="after">What would be.</param>
    public static ChangePreview Of(ShownJson? before, ShownJson after)
    {
        var changes = before is null ? [] : JsonDifference.Of(before, after);
        var change = before is null ? "create" : changes.Count > 0 ? "update" : "none";
        return new ChangePreview(change, changes, after.Masked!.DeepClone().AsObject());
    }
}
