using Kiln.Contracts.Plans;

namespace Kiln.Runner.Steps;

/// <summary>A repository that stands at its commit.</summary>
/// <param name="Planned">What was asked for.</param>
/// <param name="CommitId">The commit before merges.</param>
/// <param name="CommitMessage">Its whole message.</param>
internal sealed record CheckedOutRepo(PlannedRepo Planned, string CommitId, string CommitMessage);
