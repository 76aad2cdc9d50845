using System.Text.Json.Nodes;

namespace Kiln.Contracts.Catalogue;

/// <summary>The history of a definition, newest first.</summary>
/// <param name="Total">How many revisions there are on all pages.</param>
/// <param name="Revisions">Those of this page.</param>
public sealed record RevisionPage(long Total, IReadOnlyList<RevisionHead> Revisions);

/// <summary>A state that a definition had.</summary>
/// <param name="Revision">Its number, from 1.</param>
/// <param name="Change">What made it: <c>created</c>, <c>updated</c> or <c>deleted</c>.</param>
/// <param name="ChangedBy">Who.</param>
/// <param name="ChangedTime">When, Unix seconds.</param>
public sealed record RevisionHead(int Revision, string Change, string ChangedBy, long ChangedTime);

/// <summary>A state that a definition had, with what it said.</summary>
/// <param name="Revision">Its number, from 1.</param>
/// <param name="Change">What made it: <c>created</c>, <c>updated</c> or <c>deleted</c>.</param>
/// <param name="ChangedBy">Who.</param>
/// <param name="ChangedTime">When, Unix seconds.</param>
/// <param name="Spec">The body that described it, secrets masked.</param>
public sealed record RevisionDetail(int Revision, string Change, string ChangedBy, long ChangedTime, JsonObject Spec);

/// <summary>What differs between two revisions.</summary>
/// <param name="From">The one.</param>
/// <param name="To">The other.</param>
/// <param name="Changes">Field by field.</param>
public sealed record RevisionDifference(int From, int To, IReadOnlyList<RevisionChange> Changes);

/// <summary>A field that differs. A changed secret counts, and both sides of it show the mask.</summary>
/// <param name="Path">Path of the field, for example <c>repo_info[0].branch</c>.</param>
/// <param name="From">What it was; <c>null</c> = absent.</param>
/// <param name="To">What it is; <c>null</c> = absent.</param>
public sealed record RevisionChange(string Path, JsonNode? From, JsonNode? To);
