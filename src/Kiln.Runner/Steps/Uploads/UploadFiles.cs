using Kiln.Contracts.Plans;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Steps.Uploads;

/// <summary>Which files a rule means, and under which keys they go. A closed family.</summary>
internal abstract record UploadFiles
{
    private UploadFiles() { }

    /// <param name="Files">Paths below the workspace with their keys, in the order of the paths; at least one.</param>
    public sealed record Found(IReadOnlyList<UploadFile> Files) : UploadFiles;

    /// <param name="Message">Why there is nothing, as a sentence.</param>
    public sealed record Missing(string Message) : UploadFiles;

    /// <param name="Message">Why the rule means nothing, as a sentence.</param>
    public sealed record Refused(string Message) : UploadFiles;

    /// <summary>
    /// A file goes to <c>destination/its name</c>; what is below a directory, or fits a pattern, to <c>destination/its path
    /// below that directory, or below the part of the pattern that has no wildcard</c>.
    /// </summary>
    /// <param name="workspace">The workspace, absolute.</param>
    /// <param name="subfolder">In front of every key; may be empty.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="variables">What it may use; nothing secret, keys are shown.</param>
    public static UploadFiles Of(
        string workspace, string subfolder, PlannedUploadRule rule, IReadOnlyDictionary<string, string> variables)
    {
        var source = VariableExpansion.Expand(rule.Source, variables);
        if (ConfinedPath.Below(workspace, source) is not { } path)
        {
            return new Refused($"{rule.Source} lies outside the workspace; copy it into the workspace first.");
        }
        if (ConfinedPath.Normalize(VariableExpansion.Expand(rule.Destination, variables)) is not { } destination)
        {
            return new Refused($"The destination {rule.Destination} has a \"..\" in it.");
        }
        var files = WorkspaceGlob.Find(workspace, path);
        if (files.Count == 0)
        {
            return new Missing($"Nothing in the workspace fits {(path.Length == 0 ? "it" : path)}.");
        }
        var top = files is [var only] && only == path ? Parent(path) : Top(path);
        return new Found([.. files.Select(file => new UploadFile(
            file, string.Join('/', new[] { subfolder.Trim('/'), destination, file[top.Length..] }.Where(static part => part.Length > 0))))]);
    }

    // a/b/*.txt → a/b/
    private static string Top(string path)
    {
        var wildcard = path.AsSpan().IndexOfAny('*', '?');
        return wildcard >= 0 ? path[..(path[..wildcard].LastIndexOf('/') + 1)] : path.Length == 0 ? "" : path + "/";
    }

    private static string Parent(string path) => path[..(path.LastIndexOf('/') + 1)];
}

/// <summary>A file and where it goes.</summary>
/// <param name="Path">Below the workspace.</param>
/// <param name="Key">In the bucket.</param>
internal sealed record UploadFile(string Path, string Key);
