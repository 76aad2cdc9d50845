using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kiln.Server.Http;

/// <summary>A JSON answer that is put together field by field.</summary>
/// <param name="Content">The body.</param>
/// <param name="Tag">Tag of what it shows; <c>null</c> = none.</param>
public sealed record JsonAnswer(JsonNode Content, EntityTag? Tag) : IResult, IStatusCodeHttpResult
{
    // Answers are never embedded in HTML, so every language is written as itself.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status200OK;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        if (Tag is { } tag)
        {
            response.Headers.ETag = tag.ToString();
        }
        await using (var writer = new Utf8JsonWriter(response.BodyWriter, Readable))
        {
            Content.WriteTo(writer);
        }
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
