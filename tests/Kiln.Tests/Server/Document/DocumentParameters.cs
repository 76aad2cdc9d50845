using System.Text.Json.Nodes;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Routing;

namespace Kiln.Tests.Server.Document;

/// <summary>Parameters of a call: of its address, <c>projectKey</c> as its access rule says, and those it declares.</summary>
internal static class DocumentParameters
{
    private static readonly Dictionary<string, string> InAddress = new()
    {
        ["name"] = "Its name.",
        ["id"] = "Its id, or its name with / written as %2F.",
        ["version"] = "Its version.",
        ["buildName"] = "The build.",
        ["revision"] = "Number of the revision, from 1.",
        ["host"] = "Its name or id.",
        ["path"] = "Path of the artifact; / separates directories.",
    };

    public static JsonArray Of(RouteEndpoint endpoint, AccessRule? rule) =>
    [
        .. endpoint.RoutePattern.Parameters.Select(parameter => Parameter("path", new ApiParameter(parameter.Name, Meaning(parameter.Name, endpoint))
        {
            Type = parameter.ParameterPolicies.Any(policy => policy.Content is "long" or "int") ? "integer" : "string", IsRequired = true,
        })),
        .. Declared(endpoint, rule).Select(parameter => Parameter(parameter.IsHeader ? "header" : "query", parameter)),
    ];

    /// <summary>Query parameters and headers of a call.</summary>
    public static IEnumerable<ApiParameter> Declared(RouteEndpoint endpoint, AccessRule? rule) =>
        [.. Project(rule), .. endpoint.Metadata.GetOrderedMetadata<ApiParameter>()];

    private static IEnumerable<ApiParameter> Project(AccessRule? rule) => (rule as AccessRule.InProject)?.Project switch
    {
        ProjectOf.Query => [new("projectKey", "The project.") { IsRequired = true }],
        ProjectOf.QueryOrSystem => [new("projectKey", "The project; absent = what is the system's.")],
        ProjectOf.Body or ProjectOf.BodyOrSystem => [new("projectKey", "The project, when the body does not say it; both must agree.")],
        _ => [],
    };

    private static string Meaning(string name, RouteEndpoint endpoint) =>
        name == "id" && DocumentWriter.Path(endpoint).StartsWith("/openapi/runs", StringComparison.Ordinal) ? "The run." : InAddress[name];

    private static JsonNode Parameter(string place, ApiParameter parameter)
    {
        var schema = new JsonObject { ["type"] = parameter.Type };
        if (parameter.Words.Count > 0)
        {
            schema["enum"] = new JsonArray([.. parameter.Words.Select(word => (JsonNode)word)]);
        }
        if (parameter.Type == "integer")
        {
            schema["minimum"] = 0;
        }
        return new JsonObject
        {
            ["name"] = parameter.Name, ["in"] = place, ["required"] = parameter.IsRequired,
            ["description"] = parameter.Meaning, ["schema"] = schema,
        };
    }
}
