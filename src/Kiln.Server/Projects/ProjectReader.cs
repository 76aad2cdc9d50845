using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;

namespace Kiln.Server.Projects;

/// <summary>Reads a project's body.</summary>
internal static class ProjectReader
{
    public static Draft<Project> Read(BodyObject body)
    {
        var key = body.Text("project_key", Presence.Filled).Trim();
        if (key.Length > 0 && !IsKey(key))
        {
            body.Refuse("project_key", "Must be 1 to 63 lower-case letters, digits and '-', beginning with a letter or digit.");
        }
        return new("", key, new Project
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
