using System.Text.Json.Nodes;

namespace Kiln.Contracts.Client;

/// <summary>A definition that is stored.</summary>
/// <param name="Detail">The whole answer, with ids and times.</param>
/// <param name="Spec">The body that a change takes, secrets masked.</param>
/// <param name="Tag">What <c>If-Match</c> takes; <c>null</c> when the server gave none.</param>
public sealed record StoredDefinition(JsonObject Detail, JsonObject Spec, string? Tag);

/// <summary>A page of a list.</summary>
/// <param name="Total">How many there are on all pages; those of this page where the server does not say.</param>
/// <param name="Items">This page.</param>
public sealed record DefinitionPage(long Total, IReadOnlyList<JsonObject> Items);
