namespace Kiln.Contracts.Plans;

/// <summary>A version of a package as the catalogue had it when the run was planned.</summary>
public sealed record PlannedPackage
{
    public required string Name { get; init; }
    public required string Version { get; init; }

    /// <summary>Bash script that installs it below <c>$HOME</c>, which is a directory of this version alone;
    /// <c>${FILEPATH}</c> in it is replaced by the path of the downloaded file. Empty = the file itself is all.</summary>
    public required string Script { get; init; }

    /// <summary><c>NAME=value</c> for this and later installations and for the script; <c>$HOME</c> in a value is the
    /// version's own directory.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>Directory in front of the script's <c>PATH</c>, <c>$HOME</c> as above; empty = none.</summary>
    public required string BinPath { get; init; }

    /// <summary>http(s) address of the file to download; empty = none.</summary>
    public required string Url { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of that file.</summary>
    public required string Sha256 { get; init; }
}
