using System.CommandLine;
using System.Globalization;

namespace Kiln.Agent;

/// <summary>Options of <c>kiln-agent</c>, read from the command line and the environment, all errors at once.</summary>
internal sealed class AgentCommandLine
{
    private readonly Option<string?> _server = new("--server")
    {
        Description = "Address of the Kiln server, for example http://kiln.example.com:7070 (KILN_SERVER)",
    };

    private readonly Option<string?> _token = new("--token")
    {
        Description = "Agent token; others on this host can see it, prefer --token-file or KILN_AGENT_TOKEN",
    };

    private readonly Option<string?> _tokenFile = new("--token-file") { Description = "File that holds the agent token" };

    private readonly Option<string?> _labels = new("--labels")
    {
        Description = "Labels that builds may ask for, separated by commas (KILN_LABELS)",
    };

    private readonly Option<string?> _capacity = new("--capacity")
    {
        Description = "Runs at once; default twice the processors (KILN_CAPACITY)",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "Directory of this agent alone; default ./agent-data (KILN_DATA)",
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "Name shown for this host; default its host name (KILN_AGENT_NAME)",
    };

    private readonly Option<bool> _stopRuns = new("--stop-runs")
    {
        Description = "Stop runs when the agent is told to stop; without it they go on and the next agent adopts them",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_server, _token, _tokenFile, _labels, _capacity, _data, _name, _stopRuns])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads them. Options win over the environment.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">Looks up a variable.</param>
    /// <param name="errors">What is wrong, one sentence each; with errors the result is <c>null</c>.</param>
    public (Uri Server, string Token, AgentOptions Options)? Read(
        ParseResult parsed, Func<string, string?> environment, out IReadOnlyList<string> errors)
    {
        var wrong = new List<string>();
        errors = wrong;
        var server = ReadServer(parsed.GetValue(_server) ?? environment("KILN_SERVER"), wrong);
        var token = ReadToken(parsed, environment, wrong);
        var capacity = ReadCapacity(parsed.GetValue(_capacity) ?? environment("KILN_CAPACITY"), wrong);
        var labels = ReadLabels(parsed.GetValue(_labels) ?? environment("KILN_LABELS"), wrong);
        return wrong.Count > 0 || server is null
            ? null
            : (server, token, new AgentOptions
            {
                DataDirectory = Path.GetFullPath(parsed.GetValue(_data) ?? environment("KILN_DATA") ?? "agent-data"),
                Name = parsed.GetValue(_name) ?? environment("KILN_AGENT_NAME") ?? Environment.MachineName,
                Labels = labels,
                Capacity = capacity,
                StopsRuns = parsed.GetValue(_stopRuns),
            });
    }

    private static Uri? ReadServer(string? text, List<string> wrong)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme is "http" or "https")
        {
            return server;
        }
        wrong.Add(string.IsNullOrEmpty(text)
            ? "--server is missing: give the address of the Kiln server, for example http://127.0.0.1:7070"
            : $"--server {text} is not an http or https address");
        return null;
    }

    private string ReadToken(ParseResult parsed, Func<string, string?> environment, List<string> wrong)
    {
        var file = parsed.GetValue(_tokenFile);
        var given = parsed.GetValue(_token);
        if (file is not null && given is not null)
        {
            wrong.Add("--token and --token-file exclude each other: give one");
        }
        try
        {
            var token = file is not null ? File.ReadAllText(file).Trim() : given ?? environment("KILN_AGENT_TOKEN") ?? "";
            if (token.Length == 0)
            {
                wrong.Add(file is null
                    ? "the agent token is missing: give --token-file, KILN_AGENT_TOKEN or --token"
                    : $"--token-file {file} is empty");
            }
            return token;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            wrong.Add($"--token-file cannot be read: {unreadable.Message}");
            return "";
        }
    }

    private static int ReadCapacity(string? text, List<string> wrong)
    {
        if (string.IsNullOrEmpty(text))
        {
            return 2 * Environment.ProcessorCount;
        }
        if (int.TryParse(text, CultureInfo.InvariantCulture, out var capacity) && capacity is >= 1 and <= 1000)
        {
            return capacity;
        }
        wrong.Add($"--capacity {text} is not a number from 1 to 1000");
        return 0;
    }

    private static string[] ReadLabels(string? text, List<string> wrong)
    {
        var labels = (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        wrong.AddRange(labels.Where(static label => label.Any(char.IsWhiteSpace) || label.Length > 63)
            .Select(static label => $"label {label} has white space or more than 63 characters"));
        return [.. labels.Distinct()];
    }
}
