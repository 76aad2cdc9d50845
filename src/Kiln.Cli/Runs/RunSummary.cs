using System.Globalization;
using System.Text;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Runs;

/// <summary>The end of a run in a few lines: result, phases, outputs, packages.</summary>
internal static class RunSummary
{
    private const int NameWidth = 14;

    /// <summary>Writes the summary of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="artifacts">What it keeps.</param>
    /// <param name="howToGet">Command that fetches a file of them.</param>
    public static string Of(RunView run, IReadOnlyList<RunArtifact> artifacts, Func<RunArtifact, string> howToGet)
    {
        var text = new StringBuilder();
        text.Append($"\nrun {run.RunId} {Word(run.Status)} in {Duration(run.StartTime, run.DurationMs)}");
        text.Append(run.ExitCode is { } code and not 0 ? $", exit code {code}\n" : "\n");
        if (run.Message.Length > 0)
        {
            text.Append($"  {run.Message}\n");
        }
        Section(text, "phases", run.Steps.Where(step => step.Status != StepStatus.Skipped)
            .Select(step => (step.Name, Duration(step.StartTime, step.DurationMs))));
        Section(text, "reused", run.Steps.Where(step => step.ReusedAttempt is not null)
            .Select(step => (step.Name, $"passed in attempt {step.ReusedAttempt}")));
        Section(text, "commits", run.Repos.Select(repo => (repo.RepoName, $"{Short(repo.CommitId)} {repo.CommitMessage}")));
        Section(text, "outputs", run.Outputs.Where(output => output.Value.Length > 0).Select(output => (output.Name, output.Value)));
        if (run.Workspace is { IsKept: true } workspace)
        {
            text.Append($"workspace\n  {Size(workspace.Bytes)} on {run.Host} until {DateTimeOffset.FromUnixTimeSeconds(workspace.Until):u}\n");
            text.Append($"  kiln retry {run.RunId} --from-failed\n");
        }
        foreach (var artifact in artifacts)
        {
            text.Append($"{artifact.Kind}\n  {artifact.Path}  {Size(artifact.Size)}\n");
            text.Append(artifact.Sha256.Length > 0 ? $"  sha256 {artifact.Sha256}\n" : "");
            text.Append(artifact.Kind == "image" ? "" : $"  {howToGet(artifact)}\n");
        }
        return text.ToString();
    }

    /// <summary>A status as the API spells it.</summary>
    public static string Word(RunStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>Bytes for people.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} bytes",
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024.0):0.0} MiB"),
    };

    private static void Section(StringBuilder text, string title, IEnumerable<(string Name, string Value)> lines)
    {
        var head = $"{title}\n";
        foreach (var (name, value) in lines)
        {
            text.Append(head).Append($"  {name.PadRight(NameWidth)} {value}\n");
            head = "";
        }
    }

    private static string Short(string commit) => commit.Length > 10 ? commit[..10] : commit;

    /// <summary>How long something took, for people.</summary>
    public static string Duration(long start, long milliseconds) => (start, milliseconds) switch
    {
        (0, _) => "no time",
        (_, < 1000) => $"{milliseconds} ms",
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000.0:0.0} s"),
    };
}
