using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln run BUILD</c>: starts a run.</summary>
internal sealed class RunCommand
{
    private readonly Argument<string> _build = new("BUILD") { Description = "Name of the build." };
    private readonly Option<string> _service = new("--service", "-s")
    {
        Description = "Service and module to build; the module may be left out when it has the same name.",
        HelpName = "SERVICE[/MODULE]",
    };

    private readonly Option<string> _branch = new("--branch", "-b")
    {
        Description = "Branch to build.",
        HelpName = "NAME",
    };
    private readonly Option<string> _tag = new("--tag") { Description = "Tag to build.", HelpName = "NAME" };
    private readonly Option<string> _commit = new("--commit")
    {
        Description = "Commit to build, its whole id.",
        HelpName = "ID",
    };
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

    private readonly Option<bool> _ignoreCache = new("--ignore-cache")
    {
        Description = "Neither use nor keep a cache.",
    };
    private readonly Option<int> _priority = new("--priority")
    {
        Description = "-1000 to 1000; higher goes first.",
        HelpName = "N",
    };
    private readonly Option<bool> _follow = new("--follow", "-f")
    {
        Description = "Show the log and end with the run's exit code. Ctrl-C leaves the run running; twice cancels it.",
    };

    private readonly Terminal _terminal;
    private readonly Interrupt _interrupt;

    private RunCommand(Terminal terminal, Interrupt interrupt) => (_terminal, _interrupt) = (terminal, interrupt);

    public static Command Create(Terminal terminal, Interrupt interrupt) => new RunCommand(terminal, interrupt).Create();

    private Command Create()
    {
        _parameters.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"-p {token.Value} must be KEY=VALUE; a project is named with --project.");
            }
        });
        var command = new Command("run", "Start a run of a build.")
        {
            _build, _service, _branch, _tag, _commit, _prs, _repo, _parameters, _ignoreCache, _priority, _follow,
        };
        var connection = new Connection(command, _terminal).WithProject();
        connection.SetAction((parsed, client, cancellationToken) =>
            RunAsync(parsed, connection.Project(parsed), client, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, string project, KilnClient client, CancellationToken cancellationToken)
    {
        var build = parsed.GetRequiredValue(_build);
        if (project.Length == 0)
        {
            (project, var problem, var code) = await ProjectSearch.FindAsync(client.Definitions, build, cancellationToken);
            if (code != ExitCode.Success)
            {
                return _terminal.Fail(problem, code);
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
                return _terminal.Explain(detail);
            }
            var (chosen, problem) = choice.For(answer.Objects("repos"));
            if (chosen is null)
            {
                return _terminal.Fail(problem, ExitCode.Usage);
            }
            request = request with { RepoInfo = [chosen] };
        }
        var started = await client.StartRunAsync(project, build, request, cancellationToken);
        if (started is not Answer<RunAccepted>.Ok { Value.RunId: var runId })
        {
            return _terminal.Explain(started);
        }
        if (parsed.GetValue(_follow))
        {
            return await new FollowedRun(client, _terminal, _interrupt).FollowAsync(runId, cancellationToken);
        }
        await _terminal.Output.WriteLineAsync($"{runId}");
        return ExitCode.Success;
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
        };
    }

    private static string DetailPath(string project, string build, RunRequest request) =>
        $"openapi/build/{Uri.EscapeDataString(build)}/detail?projectKey={Uri.EscapeDataString(project)}"
        + (request.ServiceName.Length == 0 ? ""
            : $"&serviceName={Uri.EscapeDataString(request.ServiceName)}&serviceModule={Uri.EscapeDataString(request.ServiceModule)}");
}
