using System.Globalization;
using Kiln.Contracts.Plans;
using Kiln.Runner.Phases;

namespace Kiln.Runner.Steps;

/// <summary>The environment of a script, from plan, place, packages and checked out commits.</summary>
internal static class ScriptEnvironment
{
    /// <summary>
    /// In this order, later ones winning: what the machine's user has, or the image of the room, <c>#key=value#</c> of commit messages, what
    /// packages bring, the plan's variables, the resolved commits, the fixed ones of the place.
    /// </summary>
    public static Dictionary<string, string> Of(RunScope run)
    {
        var inherited = run.Inherited;
        var variables = new Dictionary<string, string>(inherited);
        CommitMessageVariables.AddTo(variables, run.Repos);
        variables["PATH"] = inherited["PATH"];
        foreach (var package in run.Packages)
        {
            package.AddTo(variables);
        }
        var path = variables["PATH"];
        foreach (var variable in run.Spec.Plan.Variables)
        {
            variables[variable.Name] = variable.IsFile ? ParameterFiles.Write(run, variable)
                : variable.SecretRef is { } secret ? run.Secret(secret)
                : variable.Value;
        }
        foreach (var repo in run.Repos)
        {
            variables[repo.Planned.CommitVariable] = repo.CommitId;
        }
        if (run.Spec.Plan.Steps.Any(static step => step is PlannedStep.HostDocker))
        {
            variables["DOCKER_HOST"] = DockerDaemon.AddressOf(run.Place);
        }
        else if (variables.GetValueOrDefault("DOCKER_HOST") is "" && inherited.TryGetValue("DOCKER_HOST", out var docker))
        {
            // Empty means the host's own daemon, and its operator says where that is.
            variables["DOCKER_HOST"] = docker;
        }
        variables["HOME"] = inherited["HOME"];
        variables["PATH"] = path;
        variables["KILN_RUN_ID"] = run.Spec.RunId.ToString(CultureInfo.InvariantCulture);
        PlaceEnvironment.AddFixed(variables, run.Directory, run.Directory.ScriptTemp);
        return variables;
    }

    /// <summary>The same without secrets: for what is written into logs, file names and keys.</summary>
    public static Dictionary<string, string> PublicOf(RunScope run)
    {
        var variables = Of(run);
        foreach (var secret in run.Spec.Plan.Variables.Where(static variable => variable is { SecretRef: not null, IsFile: false }))
        {
            variables.Remove(secret.Name);
        }
        return variables;
    }

    /// <summary>The public ones with those outputs of the script that hold no secret.</summary>
    public static Dictionary<string, string> PublicWithOutputs(RunScope run)
    {
        var variables = PublicOf(run);
        foreach (var output in OutputMask.Apply(run.Outputs, run.Spec.Secrets.Values).Where(static output => !output.IsCredential))
        {
            variables[output.Name] = output.Value;
        }
        return variables;
    }

    /// <summary>The same for programs that Kiln starts beside the script: in the place of a room's image and of packages they find
    /// what belongs to the runner, and nothing that a script could have put there.</summary>
    public static Dictionary<string, string> ForOwnCommands(RunScope run)
    {
        var variables = WithOutputs(run);
        if (run.Place.Room is null)
        {
            return variables;
        }
        foreach (var name in variables.Keys.Where(IsLoaders).ToArray())
        {
            variables.Remove(name);
        }
        foreach (var (name, value) in run.Place.Inherited)
        {
            variables[name] = value;
        }
        variables["TMPDIR"] = run.Directory.Temp;
        return variables;
    }

    private static bool IsLoaders(string name) =>
        name.StartsWith("LD_", StringComparison.Ordinal) || name.StartsWith("GIT_", StringComparison.Ordinal) || name is "BASH_ENV" or "ENV";

    /// <summary>The same with the script's outputs, for the steps behind it.</summary>
    public static Dictionary<string, string> WithOutputs(RunScope run)
    {
        var variables = Of(run);
        foreach (var (name, value) in run.Outputs)
        {
            variables[name] = value;
        }
        return variables;
    }
}
