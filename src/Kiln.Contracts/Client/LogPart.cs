namespace Kiln.Contracts.Client;

/// <summary>A part of a log.</summary>
public sealed record LogPart
{
    /// <summary>Only what this step wrote, for example <c>script</c>; empty = the whole log.</summary>
    public string Step { get; init; } = "";

    /// <summary>Only the last so many lines; <c>null</c> = all.</summary>
    public int? Tail { get; init; }

    /// <summary>True: each line begins with the time when it arrived at the server.</summary>
    public bool HasTimes { get; init; }

    internal string Query =>
        $"step={Uri.EscapeDataString(Step)}{(Tail is { } lines ? $"&tail={lines}" : "")}{(HasTimes ? "&timestamps=true" : "")}";
}
