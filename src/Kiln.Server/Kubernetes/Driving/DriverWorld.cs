using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Queue;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Settings;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>What is around every driver: settings, the queue's bells, and how clusters stand.</summary>
public sealed class DriverWorld(KilnOptions options, PublicAddress address, SecretVault vault, QueueBells bells, ClusterRoster roster)
{
    public KilnOptions Options => options;

    public QueueBells Bells => bells;

    public ClusterRoster Roster => roster;

    /// <summary>Tells the objects of this server, and of all that share its database, from those of others.</summary>
    public string Owner { get; } = Convert.ToHexStringLower(vault.DeriveKey("pods").AsSpan(0, 8));

    /// <summary>This server as pods reach it.</summary>
    public Uri ServerUrl => options.PodServerUrl ?? new Uri(address.Root);
}
