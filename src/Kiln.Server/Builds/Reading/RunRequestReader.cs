using System.Text.Json;
using Kiln.Contracts.Builds;
using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Rules;

namespace Kiln.Server.Builds.Reading;

/// <summary>Reads the body that asks for a run. Whether its names exist in the build is the planner's to say.</summary>
public static class RunRequestReader
{
    private const int HighestPriority = 1000;

    /// <summary>The request; meaningless when something was added to <paramref name="violations"/>.</summary>
    public static RunRequest Read(JsonElement json, Violations violations) =>
        BodyObject.Root(json, violations) is { } body ? Read(body) : new RunRequest();

    /// <summary>As above; what is wrong goes to the body's violations.</summary>
    public static RunRequest Read(BodyObject body) => new()
    {
        ServiceName = body.Text("service_name", Presence.Optional),
        ServiceModule = body.Text("service_module", Presence.Optional),
        RepoInfo = body.Objects("repo_info", Presence.Optional, ReadOverride),
        Inputs = body.Objects("inputs", Presence.Optional, ReadInput),
        Registry = body.Text("registry", Presence.Optional),
        IgnoreCache = body.Flag("ignore_cache", false),
        KeepWorkspaceMinutes = body.Has("keep_workspace_minutes")
            ? body.Number("keep_workspace_minutes", 0, least: 0, RunPolicy.MostKeepMinutes)
            : null,
        Priority = body.Number("priority", 0, -HighestPriority, HighestPriority),
    };

    private static RepoOverride ReadOverride(BodyObject item) => new()
    {
        CodehostName = item.Text("codehost_name", Presence.Filled),
        RepoNamespace = item.Text("repo_namespace", Presence.Filled),
        RepoName = item.Text("repo_name", Presence.Filled),
        Branch = Checked(item, "branch", GitName.IsRef, "Cannot be a branch name."),
        Tag = Checked(item, "tag", GitName.IsRef, "Cannot be a tag name."),
        CommitId = Checked(
            item, "commit_id", GitName.IsCommit, "Must be a whole commit id: 40 or 64 hexadecimal digits.")?.ToLowerInvariant(),
        Prs = item.HasList("prs") ? item.Numbers("prs", 1, int.MaxValue) : null,
    };

    private static string? Checked(BodyObject item, string field, Predicate<string> rule, string problem)
    {
        if (!item.Has(field))
        {
            return null;
        }
        var text = item.Text(field, Presence.Optional);
        if (text.Length > 0 && !rule(text))
        {
            item.Refuse(field, problem);
        }
        return text;
    }

    private static RunInput ReadInput(BodyObject item)
    {
        var key = item.Text("key", Presence.Filled);
        if (!item.HasList("choice_value"))
        {
            return new RunInput(key, item.Text("value", Presence.Present));
        }
        if (item.Has("value"))
        {
            item.Refuse("choice_value", "Give value or choice_value, not both.");
        }
        return new RunInput(key, Value: null, item.Texts("choice_value", Presence.Optional));
    }
}
