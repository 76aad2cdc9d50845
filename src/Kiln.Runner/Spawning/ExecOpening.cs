using Kiln.Contracts.Exec;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Spawning;

/// <summary>How a runner found its exec.</summary>
internal abstract record ExecOpening
{
    private ExecOpening() { }

    /// <summary>It listens, started now or by an earlier runner.</summary>
    public sealed record Open(ExecConnection Connection) : ExecOpening;

    /// <summary>It was there and is dead.</summary>
    public sealed record Dead : ExecOpening;

    /// <summary>It could not be started.</summary>
    public sealed record NotStarted(string Message) : ExecOpening;

    /// <summary>Finds the exec of an adopted run directory, or starts one.</summary>
    /// <param name="directory">The run's.</param>
    /// <param name="mark">Of the run's processes.</param>
    /// <param name="place">This machine.</param>
    /// <param name="isAdopted">True when an earlier runner had the directory: a dead exec's work is not done twice.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static async Task<ExecOpening> OpenAsync(
        RunDirectory directory, string mark, RunnerPlace place, bool isAdopted, CancellationToken cancellationToken)
    {
        if (isAdopted && await ExecConnection.ConnectAsync(directory.Path, cancellationToken) is { } adopted)
        {
            return new Open(adopted);
        }
        // A directory without spool: the earlier runner was killed before it could start anything.
        if (isAdopted && File.Exists(directory.Spool))
        {
            return new Dead();
        }
        var launch = place.Standby is { } standby
            ? await standby.LaunchAsync(directory.Path, mark, cancellationToken)
            : await ExecLaunch.StartAsync(place.ExecBinary, directory.Path, mark, place.ExecEnvironment, cancellationToken);
        return launch is ExecLaunch.Failed failed
            ? new NotStarted(failed.Message)
            : await ExecConnection.ConnectAsync(directory.Path, cancellationToken) is { } connection
                ? new Open(connection)
                : new NotStarted("kiln-exec ended right after its start.");
    }
}
