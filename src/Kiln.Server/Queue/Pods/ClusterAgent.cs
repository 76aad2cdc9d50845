using System.Globalization;
using Kiln.Contracts.Protocol;

namespace Kiln.Server.Queue.Pods;

/// <summary>A cluster as the queue sees it: it takes leases like an agent, under an id of its own kind.</summary>
internal static class ClusterAgent
{
    private const string Prefix = "cluster:";

    /// <summary>The agent id of a cluster.</summary>
    public static string IdOf(long clusterId) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{clusterId}");

    public static bool Is(string agentId) => agentId.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>What takes leases for a cluster.</summary>
    public static AgentInfo Of(long clusterId, string name, int capacity) => new(
        IdOf(clusterId), name, Version: "", RunnerProtocol.Version, Os: "linux", Arch: "", Labels: [], capacity, Shells: [], Draining: false);
}
