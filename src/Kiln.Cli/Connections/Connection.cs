using System.CommandLine;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Connections;

/// <summary>Options by which a command finds its server and token.</summary>
internal sealed class Connection
{
    private readonly Option<string> _server = new("--server")
    {
        Description = "URL of the server (KILN_URL; else http:// and KILN_LISTEN, 127.0.0.1:7070).",
        HelpName = "URL",
    };

    private readonly Option<string> _token = new("--token")
    {
        Description = "Token (KILN_TOKEN, KILN_ADMIN_TOKEN; else the file admin-token in KILN_DATA, ./data).",
        HelpName = "TOKEN",
    };

    /// <summary>Adds the options to a command.</summary>
    public Connection(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_token);
    }

    /// <summary>A client for what the command line and the environment say.</summary>
    public KilnClient Open(ParseResult parsed) =>
        new(new Uri(Server(parsed), UriKind.Absolute), Token(parsed.GetValue(_token), DataDirectory()));

    /// <summary>The token that is given, or else the first one of the server whose data directory can be read here;
    /// empty when there is none, and the server's answer then says what to do.</summary>
    public static string Token(string? given, string dataDirectory)
    {
        var token = given ?? Setting("KILN_TOKEN") ?? Setting("KILN_ADMIN_TOKEN");
        if (token is not null)
        {
            return token;
        }
        try
        {
            return File.ReadAllText(TokenFile(dataDirectory)).Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Where a server keeps the admin token that it made.</summary>
    public static string TokenFile(string dataDirectory) => Path.Combine(dataDirectory, "admin-token");

    private string Server(ParseResult parsed) =>
        parsed.GetValue(_server) ?? Setting("KILN_URL") ?? $"http://{Setting("KILN_LISTEN") ?? "127.0.0.1:7070"}";

    private static string DataDirectory() => Setting("KILN_DATA") ?? "data";

    private static string? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
