using System.Globalization;
using System.Text.Json;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Storage;

namespace Kiln.Server.Identity;

/// <summary>The project a request is about. A closed family.</summary>
public abstract record RequestProject
{
    private RequestProject() { }

    /// <summary>None: the system.</summary>
    public sealed record System : RequestProject;

    /// <summary>It does not say, or not readably; its handler explains what is wrong.</summary>
    public sealed record Unsaid : RequestProject;

    /// <summary>This one.</summary>
    /// <param name="Key">Its key; it need not exist.</param>
    /// <param name="Hidden">What to answer to callers who must not even know of it; <c>null</c> = they are told the role.</param>
    public sealed record One(string Key, ApiError? Hidden) : RequestProject;
}

/// <summary>Finds the project that a request is about.</summary>
public sealed class RequestProjects(Database database)
{
    private static readonly RequestProject TheSystem = new RequestProject.System();
    private static readonly RequestProject NotSaid = new RequestProject.Unsaid();

    // A run stays in its project, and is never deleted, so what was read once is right on every server. A number has one place here.
    private readonly RunProject?[] _ofRuns = new RunProject?[1024];

    public async ValueTask<RequestProject> OfAsync(ProjectOf source, HttpContext context) => source switch
    {
        ProjectOf.Query => InQuery(context) ?? NotSaid,
        ProjectOf.QueryOrSystem => InQuery(context) ?? TheSystem,
        ProjectOf.Body => InQuery(context) ?? await InBodyAsync(context, NotSaid),
        ProjectOf.BodyOrSystem => InQuery(context) ?? await InBodyAsync(context, TheSystem),
        ProjectOf.Run => await OfRunAsync(context),
        _ => TheSystem,
    };

    private static RequestProject.One? InQuery(HttpContext context) =>
        Queries.Single(context.Request.Query, "projectKey", new Violations()) is { Length: > 0 } key
            ? new RequestProject.One(key, Hidden: null)
            : null;

    private static async ValueTask<RequestProject> InBodyAsync(HttpContext context, RequestProject without) =>
        await RequestBody.ReadAsync(context.Request, context.RequestAborted) is not RequestBody.Json json ? NotSaid
        : json.Root.TryGetProperty("project_key", out var key) && key.ValueKind == JsonValueKind.String
            && key.GetString()!.Trim() is { Length: > 0 } text ? new RequestProject.One(text, Hidden: null)
        : without;

    private async ValueTask<RequestProject> OfRunAsync(HttpContext context)
    {
        if (!long.TryParse((string?)context.Request.RouteValues["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return NotSaid;
        }
        if (_ofRuns[id % _ofRuns.Length] is { } known && known.RunId == id)
        {
            return known.Project;
        }
        var key = await database.ReadAsync(
            session => session.FindAsync("select project_key from runs where run_id = @1", static row => row.GetString(0), id),
            context.RequestAborted);
        if (key is null)
        {
            return NotSaid;
        }
        var project = new RequestProject.One(key, ApiError.NotFound(404, $"There is no run {id}, or none that you may see."));
        _ofRuns[id % _ofRuns.Length] = new RunProject(id, project);
        return project;
    }

    private sealed record RunProject(long RunId, RequestProject.One Project);
}
