namespace Kiln.Bench.Chaos;

/// <summary>What a round's plan is drawn from.</summary>
/// <param name="LengthMs">Runs and blows fall within so many milliseconds.</param>
/// <param name="LongestDownMs">What is struck stays away for less.</param>
/// <param name="Victims">Who may be struck; one that is in it twice is struck twice as often.</param>
/// <param name="HasDatabase">Whether there is a PostgreSQL to kill.</param>
public sealed record Stage(int LengthMs, int LongestDownMs, IReadOnlyList<Victim> Victims, bool HasDatabase)
{
    private static Victim[] PowerCuts => [Victim.ServerPower, Victim.ServerPower, Victim.ServerPower, Victim.AgentPower, Victim.AgentPower, Victim.AgentPower];

    /// <summary>Runs are processes of hosts.</summary>
    public static Stage OfHosts(bool hasDatabase, bool cutsPower) => new(
        LengthMs: 2500, LongestDownMs: 1200,
        [
            Victim.Server, Victim.Server, Victim.Server, Victim.Agent, Victim.Agent, Victim.Agent, Victim.Exec, Victim.Exec,
            Victim.Everything, Victim.Machine,
            .. cutsPower ? PowerCuts : [],
        ],
        hasDatabase);

    /// <summary>Runs are pods, which take seconds to begin.</summary>
    public static Stage OfPods(bool hasDatabase) => new(
        LengthMs: 10_000, LongestDownMs: 4000,
        [
            Victim.Server, Victim.Server, Victim.Server, Victim.ControlPlane, Victim.ControlPlane, Victim.Node, Victim.Node,
            Victim.NodeForLong, Victim.Pod, Victim.Pod, Victim.Container, Victim.Container, Victim.Container,
        ],
        hasDatabase);
}
