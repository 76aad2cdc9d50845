using Kiln.Contracts.Catalogue;
using Kiln.Server.Clusters;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;
using Kiln.Server.Kubernetes.Connections;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Queue.Pods;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>A driver for each cluster of the catalogue that can be spoken to; follows the catalogue.</summary>
internal sealed partial class ClusterDrivers(
    ClusterStore clusters, SecretVault vault, DriverWorld world, DriverParts parts, DriverTelemetry telemetry) : BackgroundService
{
    /// <summary>How often it looks at the catalogue, and tries again what has failed.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Dictionary<long, Drive> _drives = [];

    /// <summary>The first look is taken before calls are: what runs can be planned for is known by then.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var stored in await clusters.AllAsync("", cancellationToken))
        {
            Note(stored, Connect(stored));
        }
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, telemetry.Time);
        try
        {
            do
            {
                await LookAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop; runs in pods go on.
        }
        finally
        {
            foreach (var id in _drives.Keys.ToList())
            {
                await EndAsync(id);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var all = await clusters.AllAsync("", cancellationToken);
            foreach (var gone in _drives.Keys.Except(all.Select(static stored => stored.Id)).ToList())
            {
                await EndAsync(gone);
            }
            world.Roster.Keep([.. all.Select(static stored => stored.Value.Name)]);
            foreach (var stored in all)
            {
                await FollowAsync(stored, cancellationToken);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.LookFailed(telemetry.Logger, failure);
        }
    }

    private async Task FollowAsync(Stored<Cluster> stored, CancellationToken cancellationToken)
    {
        if (_drives.TryGetValue(stored.Id, out var drive) && (drive.Revision != stored.Revision || drive.Work.IsCompleted))
        {
            await EndAsync(stored.Id);
            drive = null;
        }
        if (drive is not null)
        {
            return;
        }
        var connecting = Connect(stored);
        Note(stored, connecting);
        if (connecting is Connecting.Ready { Connection: var connection })
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var driver = new ClusterDriver(Target(stored, connection), world, parts.Desk, parts.Hearing, telemetry);
            _drives[stored.Id] = new Drive(stored.Revision, stop, Task.Run(() => driver.RunAsync(stop.Token), stop.Token));
        }
    }

    private async Task EndAsync(long id)
    {
        if (_drives.Remove(id, out var drive))
        {
            await drive.Stop.CancelAsync();
            await drive.Work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (drive.Work is { IsFaulted: true, Exception: var failure })
            {
                Log.DriveFailed(telemetry.Logger, failure, id);
                // While the database is away no pod can be heard.
                parts.Hearing.GiveFullPeriod();
            }
            drive.Stop.Dispose();
        }
    }

    private Connecting Connect(Stored<Cluster> stored)
    {
        try
        {
            return ClusterConnections.Of(stored.Value with
            {
                KubeConfig = SecretField.Map(stored.Value.KubeConfig, vault.Unseal),
                Token = SecretField.Map(stored.Value.Token, vault.Unseal),
            });
        }
        catch (System.Security.Cryptography.CryptographicException failure)
        {
            return new Connecting.Unusable($"Its credentials cannot be opened: {failure.Message}");
        }
    }

    // How one that is driven stands is the driver's word.
    private void Note(Stored<Cluster> stored, Connecting connecting)
    {
        if (connecting is Connecting.Unusable unusable)
        {
            world.Roster.Note(new ClusterPresence(stored.Value.Name, ClusterStanding.Unusable, unusable.Message));
        }
        else if (world.Roster.Find(stored.Value.Name) is null or { Standing: ClusterStanding.Unusable })
        {
            world.Roster.Note(new ClusterPresence(stored.Value.Name, ClusterStanding.Ready));
        }
    }

    private ClusterTarget Target(Stored<Cluster> stored, ClusterConnection connection) => new()
    {
        Id = stored.Id,
        Name = stored.Value.Name,
        Revision = stored.Revision,
        Connection = connection,
        Namespace = stored.Value.Namespace.Length > 0 ? stored.Value.Namespace
            : connection.Namespace.Length > 0 ? connection.Namespace
            : world.Options.PodNamespace,
        Strategies = stored.Value.Strategies,
        Cache = stored.Value.Cache,
    };

    private sealed record Drive(int Revision, CancellationTokenSource Stop, Task Work);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The clusters of the catalogue cannot be looked at; it is tried again.")]
        public static partial void LookFailed(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "Driving cluster {ClusterId} failed; it is begun again.")]
        public static partial void DriveFailed(ILogger logger, Exception? exception, long clusterId);
    }
}

/// <summary>What every driver works with.</summary>
public sealed record DriverParts(LeaseDesk Desk, PodHearing Hearing);
