using Kiln.Server.Bodies;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Definitions;

/// <summary>How a change of a definition ended. A closed family.</summary>
public abstract record DefinitionChange<T>
    where T : class
{
    private DefinitionChange() { }

    /// <summary>It is new.</summary>
    public sealed record Created(Draft<T> Draft, Stored<T> Stored) : DefinitionChange<T>;

    /// <summary>It is replaced.</summary>
    public sealed record Replaced(Stored<T> Stored) : DefinitionChange<T>;

    /// <summary>It is gone.</summary>
    public sealed record Deleted : DefinitionChange<T>;

    /// <summary>It would be stored; nothing was changed, for that was asked.</summary>
    /// <param name="ProjectKey">Project; empty = the system's.</param>
    /// <param name="Before">What it would replace; <c>null</c> = nothing.</param>
    /// <param name="After">What would be stored, secrets sealed.</param>
    public sealed record Checked(string ProjectKey, Stored<T>? Before, T After) : DefinitionChange<T>;

    /// <summary>The body is wrong; nothing was changed.</summary>
    public sealed record Invalid(Violations Violations) : DefinitionChange<T>;

    /// <summary>The name is taken; nothing was changed.</summary>
    public sealed record NameTaken(string Name) : DefinitionChange<T>;

    /// <summary>There is none.</summary>
    /// <param name="Sentence">Which there are.</param>
    public sealed record Missing(string Sentence) : DefinitionChange<T>;

    /// <summary>Another revision is stored than the caller's condition names; nothing was changed.</summary>
    public sealed record Stale(string Name) : DefinitionChange<T>;

    /// <summary>Others refer to it; nothing was changed.</summary>
    public sealed record InUse(string Name, DocumentUsers Users) : DefinitionChange<T>;

    /// <summary>It is there for good; nothing was changed.</summary>
    public sealed record Permanent(string Sentence) : DefinitionChange<T>;
}
