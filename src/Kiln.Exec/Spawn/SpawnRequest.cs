namespace Kiln.Exec.Spawn;

/// <summary>What to start and what its first three descriptors are.</summary>
internal sealed record SpawnRequest(
    IReadOnlyList<string> Argv,
    IReadOnlyList<KeyValuePair<string, string>> Environment,
    string WorkingDirectory,
    int Stdin,
    int Stdout,
    int Stderr)
{
    /// <summary>A signal that the process shall be born with blocked; 0 = none.</summary>
    public int Blocked { get; init; }
}

/// <summary>What became of it.</summary>
internal abstract record SpawnOutcome
{
    private SpawnOutcome() { }

    public sealed record Running(int Pid) : SpawnOutcome;

    public sealed record Refused(string Message) : SpawnOutcome;
}
