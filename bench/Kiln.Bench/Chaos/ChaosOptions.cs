namespace Kiln.Bench.Chaos;

/// <summary>What to play.</summary>
/// <param name="Rounds">How many rounds.</param>
/// <param name="Seed">Seed of the first; the next ones follow it. The same seed strikes the same blows.</param>
/// <param name="Load">Runs in a round.</param>
public sealed record ChaosOptions(int Rounds, int Seed, int Load)
{
    /// <summary>Whether the server keeps its data in PostgreSQL, which is killed too.</summary>
    public bool UsesPostgres { get; init; }

    /// <summary>Whether server (with its database) and agent are on machines whose power is cut, too.</summary>
    public bool CutsPower { get; init; }

    /// <summary>Whether the runs are pods of a real cluster of this machine's own, whose parts are killed, instead of on hosts.</summary>
    public bool RunsInPods { get; init; }
}
