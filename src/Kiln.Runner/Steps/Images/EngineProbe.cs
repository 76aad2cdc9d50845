using System.Globalization;
using Kiln.Contracts.Exec;
using Kiln.Runner.Phases;
using Kiln.Runner.Spawning;

namespace Kiln.Runner.Steps.Images;

/// <summary>Asks the host's programs whether they can build images.</summary>
internal sealed class EngineProbe(RunScope run, IReadOnlyList<KeyValuePair<string, string>> environment)
{
    // What chroot isolation does first, as root of the machine or of a user namespace of its own.
    private const string MayIsolate =
        "buildah --version && { unshare --mount chroot / true || unshare --user --map-root-user --mount chroot / true; }";

    public async Task<ImageEngines> AskAsync()
    {
        var versions = await AnswerAsync("docker", ["docker", "version", "--format", "{{.Server.Version}} {{.Client.Version}}"]);
        var (docker, client) = versions?.Split(' ') is [var server, var own] ? (server, own) : ("", "");
        return new ImageEngines(
            docker,
            HasBuildx: docker.Length > 0 && await AnswerAsync("buildx", ["docker", "buildx", "version"]) is not null,
            HasBuildkitd: await AnswerAsync("buildctl", ["buildctl", "debug", "workers"]) is not null,
            HasBuildah: await AnswerAsync(
                "buildah", run.Place.Room is null ? ["buildah", "--version"] : ["/bin/sh", "-c", MayIsolate], "buildah") is not null,
            NeedsBuildx: int.TryParse(client.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && major >= 23);
    }

    /// <summary>What the program printed; <c>null</c> when it is not there or says no.</summary>
    private async Task<string?> AnswerAsync(string name, string[] command, string? program = null)
    {
        if (run.Stop.Order is not null || ProgramPath.Find(program ?? command[0], run.Place.Inherited["PATH"]) is null)
        {
            return null;
        }
        // What it says on stderr about a daemon that is not there is no news for the log's reader.
        string[] quiet = ["/bin/sh", "-c", "exec \"$@\" 2>/dev/null", "sh", .. command];
        var end = await run.RunAsync("image", $"image-probe-{name}", new ExecCommand.Start(
            $"image-probe-{name}", quiet, environment, run.Directory.Workspace, Stdin: null, Capture: true, Credentials: []));
        return end is CommandEnd.Ended { Notice: { ExitCode: 0 } ended } ? ended.Captured?.Trim() ?? "" : null;
    }
}
