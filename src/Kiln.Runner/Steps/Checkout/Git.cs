using Kiln.Contracts.Exec;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner.Phases;
using Kiln.Runner.Spawning;

namespace Kiln.Runner.Steps.Checkout;

/// <summary>How a git command ended.</summary>
internal abstract record GitEnd
{
    private GitEnd() { }

    /// <param name="Code">Exit code, or 128 and the signal.</param>
    /// <param name="Captured">Its stdout, when it was captured.</param>
    /// <param name="Said">The last part of what it wrote into the log.</param>
    public sealed record Exited(int Code, string Captured, string Said) : GitEnd
    {
        public bool IsSuccess => Code == 0;
    }

    /// <summary>The step is over: git is not there, the run was stopped, exec died.</summary>
    public sealed record Over(StepResult Result) : GitEnd;
}

/// <summary>Runs git in one repository, through exec.</summary>
internal sealed class Git(RunScope run, PlannedRepo repo, string directory)
{
    // The key reaches ssh-add on stdin and lives in the agent for this one command; exec ends the agent with it.
    private static readonly string[] WithKey =
        ["ssh-agent", "/bin/sh", "-c", "ssh-add -q - && exec \"$@\"", "sh"];

    private readonly IReadOnlyList<KeyValuePair<string, string>> _environment =
        GitEnvironment.Of(repo, run.Place, run.Directory);

    /// <summary>Runs a command that stays on this host.</summary>
    public Task<GitEnd> RunAsync(string name, string[] arguments) => RunAsync(name, arguments, null, [], capture: false);

    /// <summary>Runs a command that stays on this host, for its output.</summary>
    public Task<GitEnd> CaptureAsync(string name, string[] arguments) =>
        RunAsync(name, arguments, null, [], capture: true);

    /// <summary>Runs a command that talks to code hosts, and says so in the log.</summary>
    public async Task<GitEnd> TransferAsync(
        string name, string[] arguments, IReadOnlyList<ExecCredential> credentials)
    {
        var key = repo.Credential is { Kind: "ssh_key" } credential ? run.Secret(credential.SecretRef) + "\n" : null;
        await run.SayBeforeAsync(Id(name), $"git {string.Join(' ', arguments)}");
        return await RunAsync(name, arguments, key, credentials, capture: false);
    }

    private async Task<GitEnd> RunAsync(
        string name, string[] arguments, string? key, IReadOnlyList<ExecCredential> credentials, bool capture)
    {
        if (run.Stop.Order is not null)
        {
            return new GitEnd.Over(new StepResult.Stopped());
        }
        string[] command = ["git", "-C", directory, .. arguments];
        var end = await run.RunAsync("checkout", Id(name), new ExecCommand.Start(
            Id(name),
            key is null ? command : [.. WithKey, .. command],
            _environment,
            run.Directory.Workspace,
            key,
            capture,
            credentials));
        return end switch
        {
            CommandEnd.Ended { Notice.Stopped: null } ended => new GitEnd.Exited(
                ended.Notice.ExitCode ?? 128 + ended.Notice.Signal ?? 128, ended.Notice.Captured ?? "", run.WordsOf(ended.Notice)),
            CommandEnd.Ended => new GitEnd.Over(new StepResult.Stopped()),
            CommandEnd.Refused refused => new GitEnd.Over(new StepResult.Failed(
                RunReason.ToolMissing,
                $"{(key is null ? "git" : "git or ssh-agent")} cannot be started on {run.Place.HostName}: {refused.Message}")),
            _ => new GitEnd.Over(new StepResult.ExecDied()),
        };
    }

    private string Id(string name) => $"checkout-{repo.Index}-{name}";
}
