using Kiln.Server.Queue.Hosts;
using Kiln.Server.Queue.Pods;

namespace Kiln.Server.Queue;

/// <summary>Notes signs of life where they count: an agent speaks for all runs of its host, a pod for its own.</summary>
public sealed class Hearing(HostRoster hosts, PodHearing pods)
{
    internal void Heard(AttemptRow attempt)
    {
        if (ClusterAgent.Is(attempt.AgentId))
        {
            pods.Heard(attempt.Key);
        }
        else
        {
            hosts.Heard(attempt.AgentId);
        }
    }
}
