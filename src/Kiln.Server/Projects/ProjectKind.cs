using System.Text.Json.Nodes;
using Kiln.Contracts.Builds;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Planning;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Projects;

/// <summary>Projects in the API; the name is the project key.</summary>
internal sealed class ProjectKind(ProjectStore store) : CatalogueKind<Project>(store)
{
    public override CatalogueAddress Address { get; } = new("project", "/openapi/projects/project", "projects")
    {
        Key = CatalogueKey.ProjectQuery,
        NameField = "project_key",
        ChangeBy = Verb.Own,
    };

    public override ValueTask<DefinitionReader<Project>> ReaderAsync(Caller caller, CancellationToken cancellationToken) =>
        new((body, current) => Read(body, current, caller));

    public override bool IsVisible(Project value, Caller caller) => caller.Sees(value.ProjectKey);

    public override void Complete(JsonObject item, Stored<Project> stored)
    {
        item["desc"] = stored.Value.Description;
        item["deploy_type"] = stored.Value.ProjectType;
    }

    public override IReadOnlyList<ApiParameter> DeleteParameters { get; } =
    [
        new("isDelete", "true: everything defined in the project goes with it; runs stay readable.") { Type = "boolean" },
    ];

    /// <summary>With <c>isDelete=true</c> everything defined in the project goes with it; runs stay readable.</summary>
    public override Task<DeleteOutcome> DeleteAsync(
        Stored<Project> seen, int? expected, IQueryCollection query, string by, CancellationToken cancellationToken) =>
        store.DeleteAsync(seen, expected, withContents: query["isDelete"] == "true", by, cancellationToken);

    private static Draft<Project> Read(BodyObject body, Project? current, Caller caller)
    {
        var key = current is not null && !body.Has("project_key") ? current.ProjectKey : body.Text("project_key", Presence.Filled).Trim();
        if (key.Length > 0 && !IsKey(key))
        {
            body.Refuse("project_key", "Must be 1 to 63 lower-case letters, digits and '-', beginning with a letter or digit.");
        }
        return new(key, new Project
        {
            ProjectKey = key,
            ProjectName = body.Has("project_name") ? NameRules.Read(body, "project_name") : key,
            IsPublic = body.Flag("is_public", fallback: false),
            Description = body.Text("description", Presence.Optional),
            ProjectType = body.Word("project_type", Presence.Optional, "yaml", "yaml", "helm", "loaded"),
            AllowedSettings = Allowed(body, current, caller),
            MaxRunning = body.Number("max_running", current?.MaxRunning ?? 0, least: 0, RunPolicy.MostRunning),
        });
    }

    private static IReadOnlyList<string> Allowed(BodyObject body, Project? current, Caller caller)
    {
        var before = current?.AllowedSettings ?? [];
        if (!body.HasList("allowed_settings"))
        {
            return before;
        }
        var words = body.Texts("allowed_settings", Presence.Optional).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        foreach (var odd in words.Where(word => !DangerousSettings.Words.Contains(word)))
        {
            body.Refuse("allowed_settings", $"\"{Quoted.Short(odd)}\" is not known here; use {string.Join(", ", DangerousSettings.Words)}.");
        }
        if (caller.Kind != TokenKind.Admin && !words.SequenceEqual(before))
        {
            body.Refuse("allowed_settings", "Only an administrator changes what a project is allowed; leave it as it is.");
        }
        return words;
    }

    private static bool IsKey(string text) => text.Length <= 63 && text[0] != '-'
        && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');
}
