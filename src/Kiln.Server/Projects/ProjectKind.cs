using System.Text.Json.Nodes;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;
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

    public override ValueTask<DefinitionReader<Project>> ReaderAsync(CancellationToken cancellationToken) => new(Read);

    public override bool IsVisible(Project value, Caller caller) => caller.Sees(value.ProjectKey);

    public override void Complete(JsonObject item, Stored<Project> stored)
    {
        item["desc"] = stored.Value.Description;
        item["deploy_type"] = stored.Value.ProjectType;
    }

    /// <summary>With <c>isDelete=true</c> everything defined in the project goes with it; runs stay readable.</summary>
    public override Task<DeleteOutcome> DeleteAsync(
        Stored<Project> seen, int? expected, IQueryCollection query, string by, CancellationToken cancellationToken) =>
        store.DeleteAsync(seen, expected, withContents: query["isDelete"] == "true", by, cancellationToken);

    private static Draft<Project> Read(BodyObject body, Project? current)
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
        });
    }

    private static bool IsKey(string text) => text.Length <= 63 && text[0] != '-'
        && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');
}
