namespace Kiln.Server.Storage.Documents;

/// <summary>A state that a document had.</summary>
/// <param name="Revision">From 1.</param>
/// <param name="Change"><c>created</c>, <c>updated</c> or <c>deleted</c>.</param>
/// <param name="Json">The state.</param>
/// <param name="ChangedBy">Who made it so.</param>
/// <param name="ChangedAt">When, Unix milliseconds.</param>
public sealed record DocumentRevision(int Revision, string Change, string Json, string ChangedBy, long ChangedAt);

/// <summary>A page of revisions, newest first.</summary>
public sealed record DocumentRevisions(long Total, IReadOnlyList<DocumentRevision> Items);
