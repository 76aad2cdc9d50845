namespace Kiln.Contracts.Runs;

/// <summary>What the test reports of a run say, all files together.</summary>
/// <param name="Totals">Numbers.</param>
/// <param name="Failures">The first ones, in the order of the files.</param>
/// <param name="FailuresLeftOff">How many more there are.</param>
/// <param name="Files">How many files were read.</param>
/// <param name="Problems">Files that could not be read and patterns that nothing fits, a sentence each.</param>
public sealed record TestReport(
    TestTotals Totals, IReadOnlyList<TestFailure> Failures, int FailuresLeftOff, int Files, IReadOnlyList<string> Problems);

/// <summary>Numbers of tests.</summary>
/// <param name="Tests">All of them.</param>
/// <param name="Passed">Neither failed nor skipped.</param>
/// <param name="Failed">Failed by an expectation.</param>
/// <param name="Errors">Failed by something else.</param>
/// <param name="Skipped">Not run.</param>
/// <param name="DurationMs">What they took, added up.</param>
public sealed record TestTotals(int Tests, int Passed, int Failed, int Errors, int Skipped, long DurationMs);

/// <summary>A test that did not pass. Texts are masked, long ones cut.</summary>
/// <param name="Suite">Suite, as the report calls it.</param>
/// <param name="ClassName">Class or file of the test; may be empty.</param>
/// <param name="Name">The test.</param>
/// <param name="Kind"><c>failure</c> or <c>error</c>.</param>
/// <param name="Message">What it says in short.</param>
/// <param name="Output">What it says at length, and the last part of what the test wrote.</param>
/// <param name="DurationMs">What it took.</param>
/// <param name="File">Report below the workspace that tells it.</param>
public sealed record TestFailure(
    string Suite, string ClassName, string Name, string Kind, string Message, string Output, long DurationMs, string File);
