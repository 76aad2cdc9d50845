using Kiln.Server.Artifacts;
using Kiln.Server.Runs;

namespace Kiln.Server.Backups;

/// <summary>Keeps logs and artifacts where they are while a backup is made.</summary>
public sealed class BackupStandstill(LogKeeping logs, ArtifactKeeping artifacts)
{
    /// <summary>Waits until nothing is being packed or removed; nothing is until the result is disposed.</summary>
    public async Task<IDisposable> BeginAsync(CancellationToken cancellationToken)
    {
        var ofLogs = await logs.StandStillAsync(cancellationToken);
        try
        {
            return new Both(ofLogs, await artifacts.StandStillAsync(cancellationToken));
        }
        catch
        {
            ofLogs.Dispose();
            throw;
        }
    }

    private sealed class Both(IDisposable logs, IDisposable artifacts) : IDisposable
    {
        public void Dispose()
        {
            artifacts.Dispose();
            logs.Dispose();
        }
    }
}
