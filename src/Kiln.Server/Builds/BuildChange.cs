using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Http;

namespace Kiln.Server.Builds;

/// <summary>How a change of a build ended. A closed family.</summary>
public abstract record BuildChange
{
    private BuildChange() { }

    /// <summary>It is stored.</summary>
    /// <param name="Tag">What is stored now.</param>
    /// <param name="Warnings">What was saved but will not work as hoped.</param>
    public sealed record Saved(EntityTag Tag, IReadOnlyList<string> Warnings) : BuildChange;

    /// <summary>It would be stored; nothing was changed, for that was asked.</summary>
    /// <param name="Before">What it would replace; <c>null</c> = nothing.</param>
    /// <param name="After">What would be stored.</param>
    public sealed record Checked(StoredBuild? Before, BuildDefinition After) : BuildChange;

    /// <summary>It is gone.</summary>
    public sealed record Deleted : BuildChange;

    /// <summary>The body is wrong; nothing was changed.</summary>
    public sealed record Invalid(Violations Violations) : BuildChange;

    /// <summary>The project has a build of that name; nothing was changed.</summary>
    public sealed record NameTaken(string ProjectKey, string Name) : BuildChange;

    /// <summary>There is no such build.</summary>
    /// <param name="Sentence">Which there are.</param>
    public sealed record Missing(string Sentence) : BuildChange;

    /// <summary>Another revision is stored than the caller's condition names; nothing was changed.</summary>
    public sealed record Stale(string Name) : BuildChange;
}
