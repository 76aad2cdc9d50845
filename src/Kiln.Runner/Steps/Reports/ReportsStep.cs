using System.Globalization;
using System.Xml;
using Kiln.Buckets;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Secrets;
using Kiln.Runner.Phases;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Steps.Reports;

/// <summary>Reads the test reports of the workspace. What is wrong with them is said and fails nothing.</summary>
internal static class ReportsStep
{
    private const int MostFiles = 2000;
    private const long LargestFile = 64L << 20;
    private const int ToldProblems = 20;

    public static async Task<StepResult> RunAsync(RunScope run, PlannedStep.Reports step)
    {
        if (run.Record.HasReports)
        {
            return new StepResult.Passed();
        }
        var tally = new TestTally(new SecretText(run.Spec.Secrets.Values));
        var problems = new List<string>();
        var variables = ScriptEnvironment.PublicWithOutputs(run);
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var pattern in step.Junit)
        {
            var path = ConfinedPath.Below(run.Directory.Workspace, VariableExpansion.Expand(pattern, variables));
            var found = path is null ? [] : WorkspaceGlob.Find(run.Directory.Workspace, path);
            files.UnionWith(found);
            if (found.Count == 0)
            {
                problems.Add($"Nothing in the workspace fits {pattern}.");
            }
        }
        if (files.Count > MostFiles)
        {
            problems.Add($"{files.Count} files fit; the first {MostFiles} are read.");
        }
        foreach (var file in files.Take(MostFiles))
        {
            if (run.Stop.Order is not null)
            {
                return new StepResult.Stopped();
            }
            if (Read(run, file, tally) is { } problem)
            {
                problems.Add(problem);
            }
        }
        var report = tally.Report(files.Count, [.. problems.Take(ToldProblems)]);
        run.Record.ReportsCollected(report);
        var totals = report.Totals;
        var lines = problems.Take(ToldProblems).Append(string.Create(CultureInfo.InvariantCulture,
            $"{totals.Tests} tests in {files.Count} reports: {totals.Passed} passed, {totals.Failed} failed, {totals.Errors} with errors, {totals.Skipped} skipped"));
        await run.SayAsync(string.Join('\n', lines));
        return new StepResult.Passed();
    }

    private static string? Read(RunScope run, string file, TestTally tally)
    {
        switch (WorkspaceFile.Open(run.Directory.Workspace, file))
        {
            case WorkspaceFile.Opened opened:
                using (opened.Handle)
                {
                    var size = RandomAccess.GetLength(opened.Handle);
                    if (size > LargestFile)
                    {
                        return $"{file} is larger than {LargestFile >> 20} MiB and is not read.";
                    }
                    try
                    {
                        using var content = new FileSlice(opened.Handle, size);
                        JunitReader.Read(content, file, tally);
                        return null;
                    }
                    catch (Exception unreadable) when (unreadable is XmlException or IOException)
                    {
                        return $"{file} is no JUnit report: {unreadable.Message}";
                    }
                }
            case WorkspaceFile.Refused refused:
                return $"{file} {refused.Message}.";
            default:
                return $"{file} went away.";
        }
    }
}
