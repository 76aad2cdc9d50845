namespace Kiln.Contracts.Runs;

/// <summary>A page of runs, newest first.</summary>
/// <param name="Total">How many there are in all.</param>
/// <param name="Runs">This page.</param>
public sealed record RunPage(int Total, IReadOnlyList<RunView> Runs);

/// <summary>What a run made and keeps.</summary>
/// <param name="Artifacts">In the order they were stored.</param>
public sealed record RunArtifacts(IReadOnlyList<RunArtifact> Artifacts);

/// <summary>Why a run stands where it stands.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">One of <see cref="RunReason"/>; empty when running undisturbed or passed.</param>
/// <param name="Message">A sentence a person can act on; empty as <paramref name="Reason"/> is.</param>
public sealed record RunWhy(long RunId, RunStatus Status, string Reason, string Message);
