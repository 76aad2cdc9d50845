using System.Text.Json.Nodes;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Scalar.AspNetCore;

namespace Kiln.Server.Http;

/// <summary>The published description of the API: <c>/openapi.json</c> (OpenAPI 3.1), and <c>/docs</c>, the same for reading.</summary>
internal static class ApiDocument
{
    private const string Address = "/openapi.json";

    public static IEndpointRouteBuilder MapApiDocument(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, Get).Anonymous()
            .Says("getApiDocument", "Server", "Show this document")
            .Answers(typeof(JsonObject));
        // Everything the page needs comes from this server: it must work where there is no Internet, and tell nobody.
        routes.MapScalarApiReference("/docs", page => page
            .WithTitle("Kiln API")
            .WithOpenApiRoutePattern(Address)
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideDeveloperTools()
            .HideClientButton()
            .AddPreferredSecuritySchemes("token")).Anonymous();
        return routes;
    }

    // Made by the tests from the endpoints, and compared by them, see docs/adr/0506.
    private static FileStreamHttpResult Get() => TypedResults.Stream(
        typeof(ApiDocument).Assembly.GetManifestResourceStream("openapi.json")!, "application/json; charset=utf-8");
}
