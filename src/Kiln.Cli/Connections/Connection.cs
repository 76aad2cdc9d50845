using System.CommandLine;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Connections;

/// <summary>Options by which a command finds its server, and the client for it.</summary>
internal sealed class Connection
{
    private readonly Command _command;
    private readonly Terminal _terminal;
    private readonly Option<string> _project = new("--project")
    {
        Description = "Key of the project (KILN_PROJECT; else the login's).",
        HelpName = "KEY",
    };

    private readonly Option<string> _server = new("--server")
    {
        Description = "URL of the server (KILN_SERVER; else the login, else a server of this machine).",
        HelpName = "URL",
    };

    private readonly Option<string> _token = new("--token")
    {
        Description = "Token (better: KILN_TOKEN or kiln login; others of this machine see arguments).",
        HelpName = "TOKEN",
    };

    private readonly Option<string> _context = new("--context")
    {
        Description = "Login to use, by its name (KILN_CONTEXT).",
        HelpName = "NAME",
    };

    /// <summary>Adds the options to a command.</summary>
    public Connection(Command command, Terminal terminal)
    {
        _command = command;
        _terminal = terminal;
        command.Options.Add(_server);
        command.Options.Add(_token);
        command.Options.Add(_context);
    }

    /// <summary>Adds <c>--project</c> to a command.</summary>
    public Connection WithProject()
    {
        _command.Options.Add(_project);
        return this;
    }

    /// <summary>Makes the command do something with a server.</summary>
    public void SetAction(Func<ParseResult, KilnClient, CancellationToken, Task<int>> action) =>
        _command.SetAction(async (parsed, cancellationToken) =>
        {
            switch (Choose(parsed))
            {
                case ServerChoice.Chosen chosen:
                    using (var client = new KilnClient(chosen.Server, chosen.Token))
                    {
                        return await action(parsed, client, cancellationToken);
                    }
                case ServerChoice.Wrong wrong:
                    return _terminal.Fail(wrong.Sentence, ExitCode.Usage);
                default:
                    throw new InvalidOperationException("A kind of choice is missing here.");
            }
        });

    /// <summary>The project that is named, or that commands stand in; empty = none.</summary>
    public string Project(ParseResult parsed) =>
        parsed.GetValue(_project) ?? Setting("KILN_PROJECT") ?? (Choose(parsed) as ServerChoice.Chosen)?.Project ?? "";

    /// <summary>Where <c>kiln login</c> keeps what it keeps.</summary>
    public static LoginFile LoginFile { get; } = new(Setting);

    /// <summary>The token for a server that was just started here.</summary>
    public static string LocalToken(string dataDirectory) =>
        Setting("KILN_ADMIN_TOKEN") ?? LocalServer.In(dataDirectory).Token;

    private ServerChoice Choose(ParseResult parsed)
    {
        var said = new ServerWords(parsed.GetValue(_server), parsed.GetValue(_token), parsed.GetValue(_context));
        if (said.Token is not null)
        {
            WarnOnce();
        }
        try
        {
            return ServerChoice.Of(said, Setting, LoginFile.Read(), LocalServer.In(Setting("KILN_DATA") ?? "data"));
        }
        catch (InvalidDataException unreadable)
        {
            return new ServerChoice.Wrong(unreadable.Message);
        }
    }

    private bool _warned;

    private void WarnOnce()
    {
        if (!_warned)
        {
            _warned = true;
            _terminal.Errors.WriteLine(TokenWarning);
        }
    }

    /// <summary>What is said about a token among the arguments.</summary>
    public const string TokenWarning =
        "kiln: warning: everybody on this machine can read --token in the process list; use KILN_TOKEN or kiln login.";

    private static string? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
