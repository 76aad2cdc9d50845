using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Commands;

/// <summary>The words that say which build is run and with what; those who start and those who ask have the same.</summary>
internal sealed class RunWords
{
    private readonly Argument<string> _build = new("BUILD") { Description = "Name of the build." };
    private readonly Option<string> _service = new("--service", "-s")
    {
        Description = "Service and module to build; the module may be left out when it has the same name.",
        HelpName = "SERVICE[/MODULE]",
    };

    private readonly Option<string> _branch = new("--branch", "-b") { Description = "Branch to build.", HelpName = "NAME" };
    private readonly Option<string> _tag = new("--tag") { Description = "Tag to build.", HelpName = "NAME" };
    private readonly Option<string> _commit = new("--commit") { Description = "Commit to build, its whole id.", HelpName = "ID" };
    private readonly Option<int[]> _prs = new("--pr")
    {
        Description = "Pull request to merge into the branch; may be repeated.",
        HelpName = "NUMBER",
        DefaultValueFactory = static _ => [],
    };

    private readonly Option<string> _repo = new("--repo")
    {
        Description = "Which repository that is about, where the build has several.",
        HelpName = "[NAMESPACE/]NAME",
        DefaultValueFactory = static _ => "",
    };

    private readonly Option<string[]> _parameters = new("--param", "-p")
    {
        Description = "Value of a parameter; may be repeated.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = static _ => [],
    };

    private readonly Option<bool> _ignoreCache = new("--ignore-cache") { Description = "Neither use nor keep a cache." };
    private readonly Option<int> _priority = new("--priority") { Description = "-1000 to 1000; higher goes first.", HelpName = "N" };
    private readonly Option<string> _keepWorkspace = SpanOption.Create(
        "--keep-workspace", "How long the workspace is kept if the run fails, for retry --from-failed; 1m to 7d.");

    private readonly Connection _connection;
    private readonly Terminal _terminal;

    /// <summary>Adds the words to a command.</summary>
    public RunWords(Command command, Terminal terminal)
    {
        _parameters.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"-p {token.Value} must be KEY=VALUE; a project is named with --project.");
            }
        });
        command.Arguments.Add(_build);
        foreach (var option in (Option[])[_service, _branch, _tag, _commit, _prs, _repo, _parameters, _ignoreCache, _priority, _keepWorkspace])
        {
            command.Options.Add(option);
        }
        _terminal = terminal;
        _connection = new Connection(command, terminal).WithProject();
    }

    /// <summary>Makes the command do something with what was said, once the project is found and the repository chosen.</summary>
    public void SetAction(Func<ParseResult, KilnClient, WantedRun, CancellationToken, Task<int>> action) =>
        _connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var (wanted, code) = await ReadAsync(parsed, client, cancellationToken);
            return wanted is null ? code : await action(parsed, client, wanted, cancellationToken);
        });

    private async Task<(WantedRun? Wanted, int Code)> ReadAsync(
        ParseResult parsed, KilnClient client, CancellationToken cancellationToken)
    {
        var build = parsed.GetRequiredValue(_build);
        var project = _connection.Project(parsed);
        if (project.Length == 0)
        {
            (project, var problem, var code) = await ProjectSearch.FindAsync(client.Definitions, build, cancellationToken);
            if (code != ExitCode.Success)
            {
                return (null, _terminal.Fail(problem, code));
            }
        }
        var request = Request(parsed);
        var choice = new RepoChoice(
            parsed.GetRequiredValue(_repo), parsed.GetValue(_branch), parsed.GetValue(_tag), parsed.GetValue(_commit),
            parsed.GetRequiredValue(_prs));
        if (choice.IsMade)
        {
            var detail = await client.GetAsync(DetailPath(project, build, request), cancellationToken);
            if (detail is not Answer<JsonNode>.Ok { Value: var answer })
            {
                return (null, _terminal.Explain(detail));
            }
            var (chosen, problem) = choice.For(answer.Objects("repos"));
            if (chosen is null)
            {
                return (null, _terminal.Fail(problem, ExitCode.Usage));
            }
            request = request with { RepoInfo = [chosen] };
        }
        return (new WantedRun(project, build, request), ExitCode.Success);
    }

    private RunRequest Request(ParseResult parsed)
    {
        var service = parsed.GetValue(_service) ?? "";
        var (name, module) = service.Split('/', 2) is [var left, var right] ? (left, right) : (service, service);
        return new RunRequest
        {
            ServiceName = name,
            ServiceModule = module,
            Inputs =
            [
                .. parsed.GetRequiredValue(_parameters).Select(input => input.Split('=', 2)).Select(pair => new RunInput(pair[0], pair[1])),
            ],
            IgnoreCache = parsed.GetValue(_ignoreCache),
            Priority = parsed.GetValue(_priority),
            KeepWorkspaceMinutes = SpanOption.Of(parsed, _keepWorkspace) is { } span ? (int)Math.Ceiling(span.TotalMinutes) : null,
        };
    }

    private static string DetailPath(string project, string build, RunRequest request) =>
        $"openapi/build/{Uri.EscapeDataString(build)}/detail?projectKey={Uri.EscapeDataString(project)}"
        + (request.ServiceName.Length == 0 ? ""
            : $"&serviceName={Uri.EscapeDataString(request.ServiceName)}&serviceModule={Uri.EscapeDataString(request.ServiceModule)}");
}

/// <summary>A run that somebody wants.</summary>
internal sealed record WantedRun(string Project, string Build, RunRequest Request);
