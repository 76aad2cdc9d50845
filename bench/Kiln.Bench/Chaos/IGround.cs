using Kiln.Contracts.Runs;

namespace Kiln.Bench.Chaos;

/// <summary>
/// Where the load's runs live: strikes there and tells what a blow excuses. Blows may fall at once; what is struck comes back before
/// <see cref="StrikeAsync"/> returns.
/// </summary>
internal interface IGround : IAsyncDisposable
{
    /// <summary>How often it is worth looking whether something has come about.</summary>
    TimeSpan Look { get; }

    /// <summary>How long everything may take to end after the last blow.</summary>
    TimeSpan Patience { get; }

    /// <summary>Strikes one of the ground's own victims.</summary>
    /// <returns>What happened, for people.</returns>
    Task<string> StrikeAsync(Strike strike, CancellationToken cancellationToken);

    /// <summary>Whether a blow took the run's processes.</summary>
    bool WasStruck(long runId);

    /// <summary>Whether the run's machine lost its power: of a run that is lost, what was shown of its log may be gone with it.</summary>
    bool LostPower(long runId);

    /// <summary>Whether a blow excuses that a run is lost as it is.</summary>
    /// <param name="view">The run, which is lost.</param>
    /// <param name="hasBegun">Whether its script ever began.</param>
    bool Excuses(RunView view, bool hasBegun);

    /// <summary>What is left of runs, a sentence each; empty = nothing.</summary>
    Task<IReadOnlyList<string>> LeftoversAsync(CancellationToken cancellationToken);

    /// <summary>What its programs said, for somebody who looks for a cause.</summary>
    string Logs();
}
