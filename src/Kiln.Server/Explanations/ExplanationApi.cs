using System.Text.Json;
using System.Text.Json.Serialization;
using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Reading;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Runs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Explanations;

/// <summary>The call that says what a run would do: by GET for a target, by POST with the body of a run's start.</summary>
public static class ExplanationApi
{
    public static IServiceCollection AddExplanations(this IServiceCollection services) => services
        .AddSingleton<Explainer>()
        .AddJson(ExplanationJson.Default);

    public static IEndpointRouteBuilder MapExplanations(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/build/{buildName}/explain", GetAsync).Needs(Verb.Read, ProjectOf.Query)
            .Says("explainBuild", RunsApi.Chapter, "Say what a run of a build would do, without running it",
                new ApiParameter("service_name", "Service that the run would be for; absent = the only one."),
                new ApiParameter("service_module", "Module of that service."));
        routes.MapPost("/openapi/build/{buildName}/explain", PostAsync).Needs(Verb.Read, ProjectOf.Query)
            .Says("explainRunRequest", RunsApi.Chapter, "Say what a run with these inputs would do, without running it");
        return routes;
    }

    private static Task<Results<Ok<RunExplanation>, ApiError>> GetAsync(
        string buildName, HttpRequest request, Explainer explainer, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var wanted = new RunRequest
        {
            ServiceName = Queries.Single(request.Query, "service_name", violations),
            ServiceModule = Queries.Single(request.Query, "service_module", violations),
        };
        return AnswerAsync(buildName, request, wanted, violations, explainer, cancellationToken);
    }

    private static async Task<Results<Ok<RunExplanation>, ApiError>> PostAsync(
        string buildName, HttpRequest request, Explainer explainer, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        return await RequestBody.ReadOptionalAsync(request, cancellationToken) switch
        {
            RequestBody.Json json => await AnswerAsync(
                buildName, request, RunRequestReader.Read(json.Root, violations), violations, explainer, cancellationToken),
            RequestBody.Refused refused => refused.Error,
            _ => throw new InvalidOperationException("A kind of body is missing here."),
        };
    }

    private static async Task<Results<Ok<RunExplanation>, ApiError>> AnswerAsync(
        string buildName, HttpRequest request, RunRequest wanted, Violations violations, Explainer explainer,
        CancellationToken cancellationToken)
    {
        var project = Queries.Required(request.Query, "projectKey", violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        var (explanation, absent) = await explainer.ExplainAsync(project, buildName.Trim(), wanted, cancellationToken);
        return explanation is null ? ApiError.NotFound(404, absent) : TypedResults.Ok(explanation);
    }
}

/// <summary>JSON of explainer.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RunExplanation))]
public sealed partial class ExplanationJson : JsonSerializerContext;
