using System.Text.Json;
using Kiln.Server.Bodies;
using Microsoft.AspNetCore.Http.Features;

namespace Kiln.Server.Http;

/// <summary>The JSON object that a request carries. A closed family.</summary>
public abstract record RequestBody
{
    private static readonly JsonElement NoBody = JsonElement.Parse("{}"u8);

    private RequestBody() { }

    /// <summary>Safe to read, see <see cref="JsonBody"/>.</summary>
    public sealed record Json(JsonElement Root) : RequestBody;

    /// <summary>No JSON object; the answer says where and why.</summary>
    public sealed record Refused(ApiError Error) : RequestBody;

    /// <summary>The body of a call whose body may be left out; then it is the empty object.</summary>
    /// <exception cref="BadHttpRequestException">It is too large; the error envelope answers 413.</exception>
    public static async Task<RequestBody> ReadOptionalAsync(HttpRequest request, CancellationToken cancellationToken) =>
        request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
            ? new Json(NoBody)
            : await ReadAsync(request, cancellationToken);

    /// <summary>Reads the body to its end, whatever content type it claims. Asked again, it gives what was read.</summary>
    /// <exception cref="BadHttpRequestException">It is too large; the error envelope answers 413.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<RequestBody>() is { } before)
        {
            return before;
        }
        var body = await ReadOnceAsync(request, cancellationToken);
        request.HttpContext.Features.Set(body);
        return body;
    }

    private static async Task<RequestBody> ReadOnceAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        if (!JsonBody.TryParse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), out var document, out var error))
        {
            return new Refused(ApiError.Invalid([error]));
        }
        using (document)
        {
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Json(document.RootElement.Clone())
                : new Refused(ApiError.Invalid("", "The body must be a JSON object."));
        }
    }
}
