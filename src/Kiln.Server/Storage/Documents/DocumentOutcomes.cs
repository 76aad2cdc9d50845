namespace Kiln.Server.Storage.Documents;

/// <summary>How a creation ended.</summary>
public abstract record CreateOutcome
{
    private CreateOutcome() { }

    /// <summary>It is stored.</summary>
    public sealed record Created(Document Document) : CreateOutcome;

    /// <summary>Kind and project have a document of that name; nothing was stored.</summary>
    public sealed record NameTaken : CreateOutcome;
}

/// <summary>How an update ended.</summary>
public abstract record UpdateOutcome
{
    private UpdateOutcome() { }

    /// <summary>The new state is stored.</summary>
    public sealed record Updated(Document Document) : UpdateOutcome;

    /// <summary>There is no such document.</summary>
    public sealed record Missing : UpdateOutcome;

    /// <summary>It has another revision than the expected one; nothing was changed.</summary>
    public sealed record Stale(Document Current) : UpdateOutcome;
}

/// <summary>How a deletion ended.</summary>
public abstract record DeleteOutcome
{
    private DeleteOutcome() { }

    /// <summary>It is gone; its revisions stay.</summary>
    public sealed record Deleted(Document Last) : DeleteOutcome;

    /// <summary>There is no such document.</summary>
    public sealed record Missing : DeleteOutcome;

    /// <summary>It has another revision than the expected one; nothing was changed.</summary>
    public sealed record Stale(Document Current) : DeleteOutcome;

    /// <summary>Others refer to it; nothing was changed.</summary>
    public sealed record InUse(DocumentUsers Users) : DeleteOutcome;
}
