using Kiln.Contracts.Exec;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner.Packages;
using Kiln.Runner.Phases;
using Kiln.Runner.Spawning;

namespace Kiln.Runner.Steps.Installs;

/// <summary>Puts every package of the plan at the script's disposal: from the host's store, or into it first.</summary>
internal static class InstallStep
{
    public static async Task<StepResult> RunAsync(RunScope run, PlannedStep.Installs step)
    {
        foreach (var (index, package) in step.Packages.Index())
        {
            try
            {
                if (await InstallAsync(run, index, package) is { } end)
                {
                    return end;
                }
            }
            catch (OperationCanceledException) when (run.Stop.Token.IsCancellationRequested)
            {
                return new StepResult.Stopped();
            }
        }
        return new StepResult.Passed();
    }

    private static async Task<StepResult?> InstallAsync(RunScope run, int index, PlannedPackage package)
    {
        var store = run.Place.Packages;
        using var turn = await store.EnterAsync(package, run.Stop.Token);
        if (store.Find(package) is { } known)
        {
            await run.SayAsync($"{Name(package)} is installed on {run.Place.HostName}");
            run.Packages.Add(known);
            return null;
        }
        var file = "";
        if (package.Url.Length > 0)
        {
            switch (await DownloadAsync(run, package))
            {
                case Download.Failed failed:
                    return new StepResult.Failed(failed.Reason, $"The file of {Name(package)} {failed.Message}");
                case Download.Ready ready:
                    file = LinkFor(run, index, package, ready.Path);
                    break;
            }
        }
        var installed = store.Begin(package, Path.GetFileName(run.Directory.Path));
        if (package.Script.Trim().Length > 0
            && ResultOf(run, package, await RunScriptAsync(run, index, installed, file)) is { } end)
        {
            if (end is StepResult.Failed)
            {
                PackageStore.Discard(installed);
            }
            return end;
        }
        PackageStore.Publish(installed);
        run.Packages.Add(installed);
        return null;
    }

    private static async Task<Download> DownloadAsync(RunScope run, PlannedPackage package)
    {
        var begin = run.Place.Clock.GetTimestamp();
        var download = await run.Place.Packages.Files.GetAsync(new Uri(package.Url), package.Sha256, run.Stop.Token);
        if (download is Download.Ready ready)
        {
            await run.SayAsync(ready.Fetched == 0
                ? $"the file of {Name(package)} is on {run.Place.HostName}, sha256 {package.Sha256}"
                : $"fetched the file of {Name(package)}, {ready.Size} bytes in "
                    + $"{run.Place.Clock.GetElapsedTime(begin).TotalSeconds:0.000} s, sha256 {package.Sha256}");
        }
        return download;
    }

    // A link under the file's own name, by which scripts tell what it is; a script that removes it harms nobody.
    private static string LinkFor(RunScope run, int index, PlannedPackage package, string target)
    {
        var directory = Directory.CreateDirectory(Path.Combine(run.Directory.Temp, $"package-{index}")).FullName;
        var name = Path.GetFileName(Uri.UnescapeDataString(new Uri(package.Url).AbsolutePath));
        var link = Path.Combine(directory, name.Length == 0 ? "file" : name);
        File.Delete(link);
        File.CreateSymbolicLink(link, target);
        return link;
    }

    private static Task<CommandEnd> RunScriptAsync(RunScope run, int index, InstalledPackage installed, string file)
    {
        var variables = PlaceEnvironment.Of(run.Place, run.Directory);
        foreach (var earlier in run.Packages)
        {
            earlier.AddTo(variables);
        }
        installed.AddTo(variables);
        variables["HOME"] = installed.Directory;
        variables["FILEPATH"] = file;
        var body = "set -ex\n" + installed.Planned.Script.Replace("${FILEPATH}", file, StringComparison.Ordinal);
        // A command of Kiln's, not a script of the build's: in a pod it runs here, where its tools are whatever the build's image has.
        var script = run.Directory.InstallScript(index);
        File.WriteAllText(script, body.ReplaceLineEndings("\n"));
        var shell = ProgramPath.Find("bash", variables["PATH"]) ?? "sh";
        return run.RunAsync("installs", $"install-{index}", new ExecCommand.Start(
            $"install-{index}", [shell, script], [.. variables], run.Directory.Workspace, Stdin: null, Capture: false, Credentials: []));
    }

    private static StepResult? ResultOf(RunScope run, PlannedPackage package, CommandEnd end) => end switch
    {
        CommandEnd.ExecDied => new StepResult.ExecDied(),
        CommandEnd.Refused refused => new StepResult.Failed(
            RunReason.ToolMissing, $"The installation of {Name(package)} was not started: {refused.Message}"),
        CommandEnd.Ended { Notice.Stopped: not null } => new StepResult.Stopped(),
        CommandEnd.Ended { Notice.ExitCode: 0 } => null,
        CommandEnd.Ended { Notice: var failed } when DiskTrouble.IsFull(run.WordsOf(failed)) => new StepResult.Failed(
            RunReason.DiskFull, $"{Name(package)} cannot be installed: the disk of {run.Place.HostName} is full."),
        CommandEnd.Ended { Notice: var failed } => new StepResult.Failed(
            RunReason.PackageFailed,
            $"The installation script of {Name(package)} ended with "
                + (failed.ExitCode is { } code ? $"exit code {code}." : $"signal {failed.Signal}.")),
        _ => new StepResult.Stopped(),
    };

    private static string Name(PlannedPackage package) => $"{package.Name} {package.Version}";
}
