namespace Kiln.Contracts.Catalogue;

/// <summary>An image that builds run in.</summary>
public sealed record BuildImage
{
    /// <summary>What <c>build_os</c> says in a build.</summary>
    public required string Label { get; init; }

    /// <summary>Image reference.</summary>
    public required string Value { get; init; }

    /// <summary><c>system</c> for those a fresh server holds, else <c>custom</c>.</summary>
    public required string ImageFrom { get; init; }
}
