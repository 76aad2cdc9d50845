using System.Text.Json.Nodes;
using Kiln.Contracts.Builds;
using Kiln.Contracts.Runs;
using Kiln.Server.Builds.Reading;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Runs;
using Kiln.Tests.Fixtures;
using Kiln.Tests.Server.Document.Bodies;
using Kiln.Tests.Server.Document.Schemas;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kiln.Tests.Server.Document;

/// <summary>
/// Writes the API document (OpenAPI 3.1) from a running server: its endpoints with their rules and words, its records, and
/// what its readers take. docs/adr/0506 says why it is made here.
/// </summary>
internal sealed class DocumentWriter(IServiceProvider services)
{
    private readonly SchemaSet _schemas = new();
    private readonly Dictionary<string, JsonObject> _bodies = [];
    private readonly Dictionary<string, JsonObject> _answers = [];

    /// <summary>Every endpoint that the document describes: all but the runner protocol, which has a document of its own.</summary>
    public static IReadOnlyList<RouteEndpoint> Endpoints(IServiceProvider services) =>
        [.. services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(endpoint => !Path(endpoint).StartsWith("/runner/", StringComparison.Ordinal)
                && endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not { ExcludeFromDescription: true })];

    /// <summary>The address of an endpoint as the document writes it.</summary>
    public static string Path(RouteEndpoint endpoint) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments
        .Select(segment => string.Concat(segment.Parts.Select(part => part is Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart name
            ? $"{{{name.Name}}}"
            : ((Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart)part).Content))));

    public static string Method(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0].ToLowerInvariant();

    public JsonObject Write()
    {
        DescribeBodies();
        CatalogueSchemas.AddTo(_schemas, services.GetServices<CatalogueKind>(), _bodies, _answers);
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var tags = new List<string>();
        foreach (var endpoint in Endpoints(services))
        {
            var operation = Operation(endpoint);
            tags.AddRange(operation["tags"]!.AsArray().Select(tag => (string)tag!));
            if (!paths.TryGetValue(Path(endpoint), out var item))
            {
                paths[Path(endpoint)] = item = [];
            }
            item[Method(endpoint)] = operation;
        }
        var error = _schemas.Answer(typeof(ErrorBody));
        _schemas.Named["BuildDetail"]["properties"]!["spec"] = new JsonObject
        {
            ["oneOf"] = new JsonArray(SchemaSet.Ref("BuildSpec"), SchemaSet.Ref("TemplateBuildSpec")),
            ["description"] = "The body that a PUT takes, credentials masked.",
        };
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Kiln",
                ["version"] = typeof(ApiError).Assembly.GetName().Version!.ToString(3),
                ["summary"] = "Builds that really run, by the API of Zadig's build module.",
                ["description"] = "docs/api.md says what stands behind these calls. Every failing call answers the same envelope (`ErrorBody`), "
                    + "with every violation in one answer.",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = new JsonArray([.. tags.Order(StringComparer.Ordinal).Prepend("Runs").Prepend("Builds")
                .Distinct(StringComparer.Ordinal).Select(tag => new JsonObject { ["name"] = tag })]),
            ["paths"] = Object(paths),
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject
                    {
                        ["type"] = "http", ["scheme"] = "bearer",
                        ["description"] = "A token of the server. The first one is in the file admin-token of its data directory.",
                    },
                },
                ["responses"] = DocumentErrors.Components(error),
                ["schemas"] = Object(_schemas.Named),
            },
        };
    }

    private void DescribeBodies()
    {
        var reader = new BuildReader(Catalogues.Document, Stored: null, ProjectKey: "", Name: "");
        var plain = _schemas.Body("BuildSpec", BodyShape.Of(body => reader.Plain(body)), typeof(PlainBuildSpec));
        var templated = _schemas.Body("TemplateBuildSpec", BodyShape.Of(body => reader.FromTemplate(body)), typeof(TemplatedBuildSpec));
        var either = new JsonObject { ["oneOf"] = new JsonArray(plain, templated) };
        _bodies["createBuild"] = either;
        _bodies["replaceBuild"] = either;
        _bodies["replaceBuildFromTemplate"] = templated;
        _bodies["startRun"] = _bodies["explainRunRequest"] = _schemas.Body("RunRequest", BodyShape.Of(body => RunRequestReader.Read(body)), typeof(RunRequest));
        _bodies["retryRun"] = _schemas.Body("RetryRequest", BodyShape.Of(body => RetryRequestReader.Read(body)), typeof(RetryRequest));
    }

    private JsonObject Operation(RouteEndpoint endpoint)
    {
        var rule = endpoint.Metadata.GetMetadata<AccessRule>();
        var id = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName
            ?? throw new InvalidOperationException($"{Method(endpoint)} {Path(endpoint)} does not say what it is: .Says(id, chapter, summary) where it is mapped.");
        var parameters = DocumentParameters.Of(endpoint, rule);
        var operation = new JsonObject
        {
            ["operationId"] = id,
            ["tags"] = new JsonArray([.. endpoint.Metadata.GetMetadata<ITagsMetadata>()!.Tags.Select(tag => (JsonNode)tag)]),
            ["summary"] = endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>()!.Summary,
            ["description"] = DocumentAccess.Sentence(rule),
        };
        if (parameters.Count > 0)
        {
            operation["parameters"] = parameters;
        }
        if (_bodies.GetValueOrDefault(id) is { } body)
        {
            operation["requestBody"] = RequestBody(id, body);
        }
        operation["responses"] = Responses(endpoint, id, parameters, rule);
        operation["security"] = rule is AccessRule.Open ? new JsonArray() : new JsonArray(new JsonObject { ["token"] = new JsonArray() });
        return operation;
    }

    private static JsonObject RequestBody(string id, JsonObject schema)
    {
        var call = BodyExamples.All.Any(example => example.Call == id) ? id
            : id.StartsWith("validate", StringComparison.Ordinal) ? $"create{id["validate".Length..^"Body".Length]}"
            : id.Replace("replace", "create", StringComparison.Ordinal);
        var examples = new JsonObject();
        foreach (var example in BodyExamples.All.Where(example => example.Call == call))
        {
            examples[example.Form] = new JsonObject { ["value"] = example.Body.DeepClone() };
        }
        return new JsonObject
        {
            ["required"] = id is not ("startRun" or "explainRunRequest" or "retryRun"),
            ["content"] = new JsonObject
            {
                ["application/json"] = new JsonObject { ["schema"] = schema.DeepClone(), ["examples"] = examples },
            },
        };
    }

    private JsonObject Responses(RouteEndpoint endpoint, string id, JsonArray parameters, AccessRule? rule)
    {
        var responses = new JsonObject();
        if (_answers.GetValueOrDefault(id) is { } answer)
        {
            responses["200"] = Success("Success.", "application/json", answer.DeepClone());
        }
        foreach (var success in endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>())
        {
            responses[$"{success.StatusCode}"] = Success(
                success.StatusCode == 202 ? "Accepted; Location has the run." : "Success.",
                success.ContentTypes.FirstOrDefault() ?? "application/json",
                _schemas.Answer(success.Type!));
        }
        if (responses.Count == 0)
        {
            throw new InvalidOperationException($"{id} does not say what it answers: .Answers(typeof(…)) where it is mapped.");
        }
        foreach (var status in DocumentErrors.Of(Method(endpoint), parameters, _bodies.ContainsKey(id), rule is AccessRule.Open))
        {
            responses[$"{status}"] = new JsonObject { ["$ref"] = $"#/components/responses/{DocumentErrors.Name(status)}" };
        }
        return responses;
    }

    private static JsonObject Success(string description, string mediaType, JsonNode schema) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject { [mediaType] = new JsonObject { ["schema"] = schema } },
    };

    private static JsonObject Object(IEnumerable<KeyValuePair<string, JsonObject>> fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value)));
}
