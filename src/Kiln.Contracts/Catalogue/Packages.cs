namespace Kiln.Contracts.Catalogue;

/// <summary>A software package that builds can ask for (<c>installs</c>).</summary>
public sealed record Package
{
    public required string Name { get; init; }
    public required string Version { get; init; }

    /// <summary>Shell script that installs it below <c>$HOME</c>, a directory of this version alone;
    /// <c>${FILEPATH}</c> is the downloaded file.</summary>
    public required string Scripts { get; init; }

    /// <summary><c>NAME=value</c>, for the installation and the build.</summary>
    public required IReadOnlyList<string> Env { get; init; }

    /// <summary>Directory put on the build's <c>PATH</c>; may be empty.</summary>
    public required string BinPath { get; init; }

    /// <summary>URL of the file to download; empty = nothing is downloaded.</summary>
    public required string DownloadPath { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of that file; may be empty only where <see cref="Enabled"/> is false.</summary>
    public required string Sha256 { get; init; }

    /// <summary>False: builds cannot ask for it.</summary>
    public required bool Enabled { get; init; }
}
