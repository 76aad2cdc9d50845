namespace Kiln.Server.Storage.Documents;

/// <summary>Order of a list; equal ones follow in creation order.</summary>
public enum DocumentSort
{
    Created,
    CreatedDescending,
    Name,
    NameDescending,
    Updated,
    UpdatedDescending,
}

/// <summary>Which documents of a list.</summary>
/// <param name="Page">From 1.</param>
/// <param name="PageSize">1 or more.</param>
/// <param name="Sort">Order.</param>
/// <param name="Search">Part of the name, ASCII letters in any case; empty = all.</param>
/// <param name="Tag">A tag it must have; empty = all.</param>
public sealed record DocumentQuery(
    int Page, int PageSize, DocumentSort Sort = DocumentSort.Created, string Search = "", string Tag = "");

/// <summary>A page of documents.</summary>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="Items">Those of this page.</param>
public sealed record DocumentPage(long Total, IReadOnlyList<Document> Items)
{
    /// <summary>The list, when it has grown so much since it was counted that it is worth counting it again.</summary>
    internal DocumentList? Grown { get; init; }
}
