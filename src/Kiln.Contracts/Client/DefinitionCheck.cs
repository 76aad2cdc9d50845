using System.Text.Json.Nodes;
using Kiln.Contracts.Catalogue;

namespace Kiln.Contracts.Client;

/// <summary>What a change of a definition would do; nothing was changed.</summary>
/// <param name="Change"><c>create</c>, <c>update</c> or <c>none</c>.</param>
/// <param name="Spec">The body that would be stored, every default filled in, secrets masked.</param>
/// <param name="Changes">The fields that would differ from what is stored; empty for a new one.</param>
/// <param name="Warnings">What would be saved but not work as hoped.</param>
public sealed record DefinitionCheck(
    string Change, JsonObject Spec, IReadOnlyList<RevisionChange> Changes, IReadOnlyList<string> Warnings);

/// <summary>A definition that is stored.</summary>
/// <param name="Detail">The whole answer, with ids and times.</param>
/// <param name="Spec">The body that a change takes, secrets masked.</param>
/// <param name="Tag">What <c>If-Match</c> takes; <c>null</c> when the server gave none.</param>
public sealed record StoredDefinition(JsonObject Detail, JsonObject Spec, string? Tag);

/// <summary>A page of a list.</summary>
/// <param name="Total">How many there are on all pages; those of this page where the server does not say.</param>
/// <param name="Items">This page.</param>
public sealed record DefinitionPage(long Total, IReadOnlyList<JsonObject> Items);
