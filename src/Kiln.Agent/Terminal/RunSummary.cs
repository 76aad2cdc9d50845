using System.Globalization;
using System.Text;
using Kiln.Contracts.Runs;

namespace Kiln.Agent.Terminal;

/// <summary>What a person wants to know at the end of a run.</summary>
internal static class RunSummary
{
    public static string Of(IReadOnlyList<RunEvent> events)
    {
        var text = new StringBuilder("\n");
        var begun = events.Count > 0 ? events[0].AtMs : 0;
        foreach (var happened in events)
        {
            switch (happened)
            {
                case RunEvent.StepEnded step:
                    var started = events.OfType<RunEvent.StepStarted>().FirstOrDefault(start => start.Name == step.Name);
                    Line(text, step.Name, $"{Word(step.Status)} {Seconds(step.AtMs - (started?.AtMs ?? step.AtMs))}");
                    break;
                case RunEvent.RepoCheckedOut repo:
                    Line(text, $"repo {repo.Index}", $"{repo.CommitId} {repo.CommitMessage}");
                    break;
                case RunEvent.OutputsCollected collected:
                    foreach (var output in collected.Outputs)
                    {
                        Line(text, output.Name, output.Value);
                    }
                    break;
                case RunEvent.ArtifactStored stored:
                    Line(text, "artifact", $"{stored.Artifact.Path} {stored.Artifact.Size} bytes {stored.Artifact.Sha256}");
                    break;
                case RunEvent.Ended ended:
                    var message = ended.Message.Length == 0 ? "" : $": {ended.Message}";
                    Line(text, "run", $"{ended.Status.ToString().ToLowerInvariant()} {Seconds(ended.AtMs - begun)}{message}");
                    break;
            }
        }
        return text.ToString();
    }

    private static void Line(StringBuilder text, string name, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name,-14} {value}\n");

    private static string Word(StepStatus status) => status.ToString().ToLowerInvariant();

    private static string Seconds(long ms) => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000.0:0.00} s");
}
