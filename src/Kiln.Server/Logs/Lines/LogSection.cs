namespace Kiln.Server.Logs.Lines;

/// <summary>A part of a log that its script marked to be folded.</summary>
/// <param name="Name">Name in the marks; empty in the dialect that has none.</param>
/// <param name="Title">What to show for it.</param>
/// <param name="Depth">Sections around it.</param>
/// <param name="IsCollapsed">Whether the script wants it folded at first.</param>
public sealed record LogSection(string Name, string Title, int Depth, bool IsCollapsed)
{
    /// <summary>Line of the opening mark, from 1.</summary>
    public required long StartLine { get; init; }

    /// <summary>Line of the closing mark; 0 = it was not closed.</summary>
    public long EndLine { get; init; }

    /// <summary>Offset of the opening mark's line.</summary>
    public required long LogStart { get; init; }

    /// <summary>Offset behind the closing mark's line; 0 = it was not closed.</summary>
    public long LogEnd { get; init; }

    /// <summary>Unix seconds that the opening mark says; 0 = it says none.</summary>
    public long StartedAt { get; init; }

    /// <summary>Unix seconds that the closing mark says; 0 = it says none.</summary>
    public long EndedAt { get; init; }
}

/// <summary>The sections of a log in the order of their beginnings.</summary>
/// <param name="Items">The sections.</param>
/// <param name="IsTruncated">There are more than are kept.</param>
public sealed record LogSections(IReadOnlyList<LogSection> Items, bool IsTruncated);
