namespace Kiln.Server.Artifacts;

/// <summary>Where a content was found. A closed family.</summary>
public abstract record KeptContent
{
    private KeptContent() { }

    /// <param name="Path">A file on this machine.</param>
    public sealed record InFile(string Path) : KeptContent;

    /// <param name="Content">Can seek, and is read over the network as it is needed; the caller disposes it.</param>
    public sealed record InBucket(Stream Content) : KeptContent;

    /// <summary>It is nowhere.</summary>
    public sealed record Gone : KeptContent;
}
