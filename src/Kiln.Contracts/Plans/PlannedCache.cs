namespace Kiln.Contracts.Plans;

/// <summary>What is kept between runs.</summary>
public sealed record PlannedCache
{
    /// <summary>Whose cache it is, for example project, build, service and module: nothing is found outside of it.</summary>
    public required string Scope { get; init; }

    /// <summary>Directory, variables not yet expanded; the workspace itself when it is empty or <c>$WORKSPACE</c>.</summary>
    public required string Directory { get; init; }

    /// <summary>Name of the entry within the scope, with variables and <c>hash(pattern, …)</c> of files below the
    /// workspace; may be empty.</summary>
    public required string Key { get; init; }

    /// <summary>Beginnings of names, tried in order when <see cref="Key"/> has no entry; the newest fitting one is taken.</summary>
    public required IReadOnlyList<string> RestoreKeys { get; init; }

    /// <summary>True for a directory that stands for the whole workspace: restored before anything is checked out.</summary>
    public static bool IsWorkspace(string directory) =>
        directory.Trim().TrimEnd('/') is "" or "." or "$WORKSPACE" or "${WORKSPACE}" or "%WORKSPACE%" or "$env:WORKSPACE";
}
