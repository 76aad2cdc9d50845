using System.Security.Cryptography;
using Kiln.Buckets;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner.Phases;
using Kiln.Runner.Workspaces;
using Microsoft.Win32.SafeHandles;

namespace Kiln.Runner.Steps;

/// <summary>Keeps <c>$WORKSPACE/&lt;location&gt;/&lt;PKG_FILE&gt;</c> as the run's package.</summary>
internal static class FileArchiveStep
{
    private const int NamesShown = 10;

    public static async Task<StepResult> RunAsync(RunScope run, PlannedStep.FileArchive step)
    {
        var variables = ScriptEnvironment.WithOutputs(run);
        var package = ConfinedPath.Normalize(variables.GetValueOrDefault("PKG_FILE", ""));
        var expanded = VariableExpansion.Expand(step.Location, variables);
        // What does not begin with the workspace lies below it, with a slash in front or without.
        var location = ConfinedPath.Below(run.Directory.Workspace, expanded) ?? ConfinedPath.Normalize(expanded);
        if (package is null or "" || location is null)
        {
            return new StepResult.Failed(
                RunReason.ArchiveFailed,
                package is "" ? "PKG_FILE is empty, so there is no file to archive."
                    : $"The path {step.Location}/{variables["PKG_FILE"]} leaves the workspace.");
        }
        if (run.Record.HasArtifact(package))
        {
            return new StepResult.Passed();
        }
        var path = location.Length == 0 ? package : $"{location}/{package}";
        switch (WorkspaceFile.Open(run.Directory.Workspace, path))
        {
            case WorkspaceFile.Missing:
                return new StepResult.Failed(RunReason.ArchiveMissing, DescribeMissing(run.Directory.Workspace, path));
            case WorkspaceFile.Refused refused:
                return new StepResult.Failed(RunReason.ArchiveFailed, $"$WORKSPACE/{path} {refused.Message}.");
            case WorkspaceFile.Opened opened:
                using (opened.Handle)
                {
                    return await StoreAsync(run, package, opened.Handle);
                }
            default:
                throw new InvalidOperationException("a way to open a file that nobody knows");
        }
    }

    private static async Task<StepResult> StoreAsync(RunScope run, string package, SafeFileHandle file)
    {
        try
        {
            var artifact = await DescribeAsync(package, file, run.Stop.Token);
            var backoff = new Backoff(run.Place.Clock);
            var said = "";
            while (true)
            {
                await using var content = new FileSlice(file, artifact.Size);
                switch (await run.Server.StoreAsync(artifact, content, run.Stop.Token))
                {
                    case StoreOutcome.Stored stored:
                        if (said.Length > 0)
                        {
                            run.Record.Noticed("", "");
                        }
                        await run.SayAsync($"archived {package}, {artifact.Size} bytes, sha256 {artifact.Sha256}");
                        run.Record.ArtifactStored(stored.Artifact);
                        return new StepResult.Passed();
                    case StoreOutcome.Stale:
                        return new StepResult.Stale();
                    case StoreOutcome.Rejected rejected:
                        return new StepResult.Failed(
                            RunReason.ArchiveFailed, $"The server did not take {package}: {rejected.Message}");
                    case StoreOutcome.Unreachable away:
                        if (away.Message != said)
                        {
                            said = away.Message;
                            await run.SayAsync($"{package} cannot be stored yet, it is tried again: {said}");
                            run.Record.Noticed(
                                away.IsFull ? RunReason.DiskFull : RunReason.StorageUnreachable, $"Its package cannot be stored yet: {said}");
                        }
                        await backoff.WaitAsync(run.Stop.Token);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (run.Stop.Token.IsCancellationRequested)
        {
            return new StepResult.Stopped();
        }
        catch (IOException unreadable)
        {
            return new StepResult.Failed(RunReason.ArchiveFailed, $"{package} cannot be read: {unreadable.Message}");
        }
    }

    private static async Task<RunArtifact> DescribeAsync(
        string package, SafeFileHandle file, CancellationToken cancellationToken)
    {
        var size = RandomAccess.GetLength(file);
        await using var content = new FileSlice(file, size);
        var hash = await SHA256.HashDataAsync(content, cancellationToken);
        return new RunArtifact(package, "package", size, Convert.ToHexStringLower(hash));
    }

    private static string DescribeMissing(string workspace, string path)
    {
        var (parent, _) = path.LastIndexOf('/') is var slash and >= 0 ? (path[..slash], path[slash..]) : ("", path);
        var directory = new DirectoryInfo(Path.Combine(workspace, parent));
        var place = parent.Length == 0 ? "$WORKSPACE" : $"$WORKSPACE/{parent}";
        if (!directory.Exists)
        {
            return $"$WORKSPACE/{path} does not exist: there is no directory {place}.";
        }
        if (directory.LinkTarget is not null)
        {
            return $"$WORKSPACE/{path} does not exist; {place} is a link.";
        }
        var names = directory.EnumerateFileSystemInfos().Select(static entry => entry.Name)
            .Order().Take(NamesShown + 1).ToArray();
        var shown = string.Join(", ", names.Take(NamesShown)) + (names.Length > NamesShown ? ", …" : "");
        return $"$WORKSPACE/{path} does not exist; {place} holds {(names.Length == 0 ? "nothing" : shown)}.";
    }
}
