using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Queue;
using Kiln.Server.Queue.Hosts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Runs;

/// <summary>Reading runs and giving orders about them.</summary>
internal static class RunsApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/runs", AllRunsAsync).Needs(Verb.Read, ProjectOf.QueryOrSystem);
        routes.MapGet("/openapi/build/{buildName}/runs", BuildRunsAsync).Needs(Verb.Read, ProjectOf.Query);
        routes.MapGet("/openapi/runs/{id:long}", GetAsync).Needs(Verb.Read, ProjectOf.Run);
        routes.MapPost("/openapi/runs/{id:long}/cancel", CancelAsync).Needs(Verb.Run, ProjectOf.Run);
        routes.MapPost("/openapi/runs/{id:long}/retry", RetryAsync).Needs(Verb.Run, ProjectOf.Run);
        routes.MapGet("/openapi/runs/{id:long}/attempts", AttemptsAsync).Needs(Verb.Read, ProjectOf.Run);
        routes.MapGet("/openapi/runs/{id:long}/outputs", OutputsAsync).Needs(Verb.Read, ProjectOf.Run);
        routes.MapGet("/openapi/runs/{id:long}/why", WhyAsync).Needs(Verb.Read, ProjectOf.Run);
    }

    /// <summary>The answer when there is no such run, or no such attempt of it.</summary>
    public static ApiError Missing(long id) => ApiError.NotFound(404, $"There is no run {id}, or not that attempt of it.");

    /// <summary>The run of a request, with the attempt of its query parameter <c>attempt</c> (absent = the last).</summary>
    public static Task<RunRecord?> FindAsync(
        RunStore store, long id, int? attempt, CancellationToken cancellationToken) => attempt is { } number
            ? store.GetAsync(id, number, cancellationToken)
            : store.GetAsync(id, cancellationToken);

    private static Task<Results<Ok<RunListAnswer>, ApiError>> AllRunsAsync(
        HttpRequest request, Caller caller, RunStore store, Waiting waiting, CancellationToken cancellationToken) =>
        ListAsync(request, "", caller, store, waiting, cancellationToken);

    private static Task<Results<Ok<RunListAnswer>, ApiError>> BuildRunsAsync(
        string buildName, string? projectKey, HttpRequest request, Caller caller, RunStore store, Waiting waiting,
        CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(projectKey)
            ? Task.FromResult<Results<Ok<RunListAnswer>, ApiError>>(
                ApiError.Invalid("projectKey", "The query parameter projectKey is missing: the project that the build belongs to."))
            : ListAsync(request, buildName, caller, store, waiting, cancellationToken);

    private static async Task<Results<Ok<RunListAnswer>, ApiError>> ListAsync(
        HttpRequest request, string buildName, Caller caller, RunStore store, Waiting waiting, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var query = RunQueryReader.Read(request.Query, buildName, violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        var page = await store.ListAsync(query with { Projects = caller.Visible }, cancellationToken);
        var views = new List<RunView>(page.Runs.Count);
        foreach (var run in page.Runs)
        {
            views.Add(await waiting.ViewAsync(run, cancellationToken));
        }
        return TypedResults.Ok(new RunListAnswer(page.Total, views));
    }

    private static async Task<Results<Ok<RunView>, ApiError>> GetAsync(
        long id, int? attempt, RunStore store, Waiting waiting, CancellationToken cancellationToken) =>
        await FindAsync(store, id, attempt, cancellationToken) is { } run
            ? TypedResults.Ok(await waiting.ViewAsync(run, cancellationToken))
            : Missing(id);

    private static async Task<Results<Accepted<OrderAnswer>, ApiError>> CancelAsync(
        long id, Caller caller, RunStore store, CancellationToken cancellationToken) =>
        Answer(id, await store.CancelAsync(id, caller.Name, cancellationToken));

    private static async Task<Results<Accepted<OrderAnswer>, ApiError>> RetryAsync(
        long id, Caller caller, RunStore store, CancellationToken cancellationToken) =>
        Answer(id, await store.RetryAsync(id, caller.Name, cancellationToken));

    private static async Task<Results<Ok<AttemptsAnswer>, ApiError>> AttemptsAsync(
        long id, RunStore store, CancellationToken cancellationToken) =>
        await store.AttemptsAsync(id, cancellationToken) is { Count: > 0 } attempts
            ? TypedResults.Ok(new AttemptsAnswer([.. attempts.Select(RunViews.Attempt)]))
            : Missing(id);

    private static async Task<Results<Ok<OutputsAnswer>, ApiError>> OutputsAsync(
        long id, int? attempt, RunStore store, CancellationToken cancellationToken) =>
        await FindAsync(store, id, attempt, cancellationToken) is { } run
            ? TypedResults.Ok(new OutputsAnswer(run.State.Outputs))
            : Missing(id);

    private static async Task<Results<Ok<WhyAnswer>, ApiError>> WhyAsync(
        long id, int? attempt, RunStore store, Waiting waiting, HostRoster hosts, CancellationToken cancellationToken)
    {
        if (await FindAsync(store, id, attempt, cancellationToken) is not { } run)
        {
            return Missing(id);
        }
        var reason = await waiting.ReasonAsync(run, cancellationToken);
        var needs = Needs.Of(run.Plan);
        return TypedResults.Ok(new WhyAnswer(
            id,
            run.State.Status,
            reason?.Reason ?? run.State.Reason,
            reason?.Message ?? run.State.Message,
            [.. needs.Select(Needs.Spoken)],
            run.IsWaiting ? [.. hosts.All().Select(host => Seen(needs, host))] : []));
    }

    private static WhyHost Seen(IReadOnlyList<string> needs, HostPresence host)
    {
        var missing = WaitingReason.Missing(needs, host.Agent);
        var status = !host.IsReachable ? "unreachable"
            : !host.TakesRuns ? host.Status
            : missing.Count > 0 ? "lacks"
            : "fits";
        return new WhyHost(host.Agent.Name, status, [.. missing.Select(Needs.Spoken)]);
    }

    private static Results<Accepted<OrderAnswer>, ApiError> Answer(long id, RunOrder order) => order switch
    {
        RunOrder.Accepted accepted => TypedResults.Accepted(
            $"/openapi/runs/{id}", new OrderAnswer(id, accepted.Status, accepted.Attempt)),
        RunOrder.Refused refused => ApiError.Conflict(409, refused.Message),
        _ => Missing(id),
    };
}
