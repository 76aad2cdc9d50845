namespace Kiln.Cli.Connections;

/// <summary>The server of a data directory on this machine, as <c>kiln up</c> leaves it.</summary>
/// <param name="DataDirectory">The directory.</param>
/// <param name="Address">Where it listens, or listened last; <c>null</c> when it never said.</param>
/// <param name="Token">Its first token; empty when it cannot be read here.</param>
internal sealed record LocalServer(string DataDirectory, string? Address, string Token)
{
    /// <summary>Reads a data directory; what cannot be read is absent.</summary>
    public static LocalServer In(string dataDirectory) => new(
        dataDirectory, Local(Line(Path.Combine(dataDirectory, "address"))), Line(TokenFile(dataDirectory)) ?? "");

    /// <summary>Where a server keeps the admin token that it made.</summary>
    public static string TokenFile(string dataDirectory) => Path.Combine(dataDirectory, "admin-token");

    // A directory that somebody else filled must not lead a token of the environment away from this machine.
    private static string? Local(string? address) =>
        address is not null && ServerChoice.Parse(address) is { IsLoopback: true } ? address : null;

    private static string? Line(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } text ? text : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
