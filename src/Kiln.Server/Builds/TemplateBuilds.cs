using System.Text.Json;
using System.Text.Json.Serialization;
using Kiln.Server.Identity;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Builds;

/// <summary>Which builds a change of a template changes: those from it, and for a Dockerfile template those that build with it
/// by themselves or through a build template.</summary>
public sealed class TemplateBuilds(DocumentStore documents)
{
    private const string BuildTemplate = "buildtemplate";

    /// <summary>The builds that the caller may know of; <c>null</c> when there is no such template.</summary>
    public async Task<TemplateUsers?> FindAsync(string kind, string name, Caller caller, CancellationToken cancellationToken)
    {
        if (await documents.GetAsync(kind, "", name, cancellationToken) is not { } template)
        {
            return null;
        }
        var builds = new List<TemplateUser>();
        foreach (var user in await documents.UsersAsync(template, cancellationToken))
        {
            if (user.Kind == BuildTemplate && await documents.GetAsync(BuildTemplate, "", user.Name, cancellationToken) is { } between)
            {
                builds.AddRange((await documents.UsersAsync(between, cancellationToken))
                    .Select(build => new TemplateUser(build.ProjectKey, build.Name, user.Name)));
            }
            else if (user.Kind == "build")
            {
                builds.Add(new TemplateUser(user.ProjectKey, user.Name, Via: null));
            }
        }
        var visible = builds.Where(build => caller.Visible is not { } projects || projects.Contains(build.ProjectKey))
            .OrderBy(build => build.ProjectKey, StringComparer.Ordinal).ThenBy(build => build.Name, StringComparer.Ordinal).ToList();
        return new TemplateUsers(visible.Count, visible);
    }
}

/// <summary>Builds that follow a template.</summary>
public sealed record TemplateUsers(int Total, IReadOnlyList<TemplateUser> Builds);

/// <summary>A build that follows a template.</summary>
/// <param name="ProjectKey">Its project.</param>
/// <param name="Name">Its name.</param>
/// <param name="Via">Build template between the two; absent = none.</param>
public sealed record TemplateUser(
    string ProjectKey, string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Via);

/// <summary>JSON of template users.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TemplateUsers))]
public sealed partial class TemplateUsersJson : JsonSerializerContext;
