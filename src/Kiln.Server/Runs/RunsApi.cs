using Kiln.Contracts;
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
    /// <summary>Heading of the calls about runs in the API document.</summary>
    public const string Chapter = "Runs";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/runs", AllRunsAsync).Needs(Verb.Read, ProjectOf.QueryOrSystem)
            .Says("listRuns", Chapter, "List runs of all builds, newest first", [.. RunQueryReader.Parameters, RunQueryReader.BuildName]);
        routes.MapGet("/openapi/build/{buildName}/runs", BuildRunsAsync).Needs(Verb.Read, ProjectOf.Query)
            .Says("listBuildRuns", Chapter, "List runs of a build, newest first", RunQueryReader.Parameters);
        routes.MapGet("/openapi/runs/{id:long}", GetAsync).Needs(Verb.Read, ProjectOf.Run)
            .Says("getRun", Chapter, "Show a run", ApiParameter.Attempt);
        routes.MapPost("/openapi/runs/{id:long}/cancel", CancelAsync).Needs(Verb.Run, ProjectOf.Run)
            .Says("cancelRun", Chapter, "Stop a run, its whole process tree");
        routes.MapPost("/openapi/runs/{id:long}/retry", RetryAsync).Needs(Verb.Run, ProjectOf.Run)
            .Says("retryRun", Chapter, "Run it again as a new attempt: same plan, inputs and commits; from the beginning, or from the failed step in the kept workspace");
        routes.MapGet("/openapi/runs/{id:long}/attempts", AttemptsAsync).Needs(Verb.Read, ProjectOf.Run)
            .Says("listRunAttempts", Chapter, "List every attempt of a run");
        routes.MapGet("/openapi/runs/{id:long}/outputs", OutputsAsync).Needs(Verb.Read, ProjectOf.Run)
            .Says("getRunOutputs", Chapter, "Show the outputs of a run", ApiParameter.Attempt);
        routes.MapGet("/openapi/runs/{id:long}/tests", TestsAsync).Needs(Verb.Read, ProjectOf.Run)
            .Says("getRunTests", Chapter, "Show the test reports of a run", ApiParameter.Attempt);
        routes.MapGet("/openapi/runs/{id:long}/why", WhyAsync).Needs(Verb.Read, ProjectOf.Run)
            .Says("explainRun", Chapter, "Say why a run waits or ended so, and what each host lacks", ApiParameter.Attempt);
    }

    /// <summary>The answer when there is no such run, or no such attempt of it.</summary>
    public static ApiError Missing(long id) => ApiError.NotFound(404, $"There is no run {id}, or not that attempt of it.");

    /// <summary>The run of a request, with the attempt of its query parameter <c>attempt</c> (absent = the last).</summary>
    public static Task<RunRecord?> FindAsync(
        RunStore store, long id, int? attempt, CancellationToken cancellationToken) => attempt is { } number
            ? store.GetAsync(id, number, cancellationToken)
            : store.GetAsync(id, cancellationToken);

    private static Task<Results<ShapedAnswer<RunListAnswer>, ApiError>> AllRunsAsync(
        HttpRequest request, Caller caller, RunLists lists, CancellationToken cancellationToken) =>
        ListAsync(request, "", caller, lists, cancellationToken);

    private static Task<Results<ShapedAnswer<RunListAnswer>, ApiError>> BuildRunsAsync(
        string buildName, string? projectKey, HttpRequest request, Caller caller, RunLists lists,
        CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(projectKey)
            ? Task.FromResult<Results<ShapedAnswer<RunListAnswer>, ApiError>>(
                ApiError.Invalid("projectKey", "The query parameter projectKey is missing: the project that the build belongs to."))
            : ListAsync(request, buildName, caller, lists, cancellationToken);

    private static async Task<Results<ShapedAnswer<RunListAnswer>, ApiError>> ListAsync(
        HttpRequest request, string buildName, Caller caller, RunLists lists, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var query = RunQueryReader.Read(request.Query, buildName, violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        return new ShapedAnswer<RunListAnswer>(
            await lists.ReadAsync(query with { Projects = caller.Visible }, cancellationToken), RunAnswersJson.Default.RunListAnswer);
    }

    private static async Task<Results<ShapedAnswer<RunView>, ApiError>> GetAsync(
        long id, int? attempt, RunStore store, Waiting waiting, CancellationToken cancellationToken) =>
        await FindAsync(store, id, attempt, cancellationToken) is { } run
            ? new ShapedAnswer<RunView>(await waiting.ViewAsync(run, cancellationToken), KilnJson.Default.RunView)
            : Missing(id);

    private static async Task<Results<Accepted<OrderAnswer>, ApiError>> CancelAsync(
        long id, Caller caller, RunStore store, CancellationToken cancellationToken) =>
        Answer(id, await store.CancelAsync(id, caller.Name, cancellationToken));

    private static async Task<Results<Accepted<OrderAnswer>, ApiError>> RetryAsync(
        long id, HttpRequest request, Caller caller, RunStore store, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        switch (await RequestBody.ReadOptionalAsync(request, cancellationToken))
        {
            case RequestBody.Refused refused:
                return refused.Error;
            case RequestBody.Json { Root: var json } when RetryRequestReader.Read(json, violations) is var wanted && !violations.Any:
                return Answer(id, await store.RetryAsync(id, caller.Name, wanted.From == RetryFrom.FailedStep, cancellationToken));
            default:
                return ApiError.Invalid(violations.Errors);
        }
    }

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

    private static async Task<Results<Ok<TestReport>, ApiError>> TestsAsync(
        long id, int? attempt, RunStore store, CancellationToken cancellationToken) =>
        await FindAsync(store, id, attempt, cancellationToken) switch
        {
            null => Missing(id),
            { State.Tests: { } report } => TypedResults.Ok(report),
            _ => ApiError.NotFound(404, $"Run {id} has read no test reports: reports.junit of its build names them."),
        };

    private static async Task<Results<Ok<WhyAnswer>, ApiError>> WhyAsync(
        long id, int? attempt, RunStore store, Waiting waiting, HostRoster hosts, CancellationToken cancellationToken)
    {
        if (await FindAsync(store, id, attempt, cancellationToken) is not { } run)
        {
            return Missing(id);
        }
        var reason = await waiting.ReasonAsync(run, cancellationToken);
        var needs = Needs.Of(run.Plan, run.State.Continues);
        return TypedResults.Ok(new WhyAnswer(
            id,
            run.State.Status,
            reason?.Reason ?? run.State.Reason,
            reason?.Message ?? run.State.Message,
            [.. needs.Select(Needs.Spoken)],
            run is { IsWaiting: true, Plan.Pod: null } ? [.. hosts.All().Select(host => Seen(needs, host))] : []));
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
