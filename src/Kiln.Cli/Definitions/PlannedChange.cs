using System.Text.Json.Nodes;

namespace Kiln.Cli.Definitions;

/// <summary>What applying a file does to one definition.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Kind">What happens.</param>
internal sealed record PlannedChange(DefinitionId Id, ChangeKind Kind)
{
    /// <summary>Where it comes from; <c>null</c> when the server alone has it.</summary>
    public DefinitionDocument? Document { get; init; }

    /// <summary>What is stored, secrets masked; <c>null</c> = nothing.</summary>
    public JsonObject? Before { get; init; }

    /// <summary>What would be stored, secrets masked; <c>null</c> after a deletion.</summary>
    public JsonObject? After { get; init; }

    /// <summary>Fields whose secret changes, which the masks do not show.</summary>
    public IReadOnlyList<string> ChangedSecrets { get; init; } = [];

    /// <summary>Tag of what was compared; <c>null</c> = nothing was.</summary>
    public string? Tag { get; init; }

    /// <summary>What would be saved but not work as hoped.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>What happens to a definition.</summary>
internal enum ChangeKind
{
    None,
    Create,
    Update,
    Delete,
}
