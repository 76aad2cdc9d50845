using System.Text.Json.Nodes;

namespace Kiln.Contracts.Catalogue;

/// <summary>What a change of a definition would do.</summary>
/// <param name="Change"><c>create</c>, <c>update</c> or <c>none</c>.</param>
/// <param name="Changes">The fields that would differ from what is stored; empty for a new one.</param>
/// <param name="Spec">The body that would be stored, every default filled in, secrets masked.</param>
public sealed record ChangePreview(string Change, IReadOnlyList<RevisionChange> Changes, JsonObject Spec);
