namespace Kiln.Bench.Chaos;

/// <summary>One blow.</summary>
/// <param name="AtMs">Milliseconds into the round.</param>
/// <param name="Victim">Who is killed.</param>
/// <param name="DownMs">How long it stays away; without meaning for an exec, a pod and a container.</param>
/// <param name="Pick">Chooses among several, from 0 to below 1.</param>
public sealed record Strike(int AtMs, Victim Victim, int DownMs, double Pick);
