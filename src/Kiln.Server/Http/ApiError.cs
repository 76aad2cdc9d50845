using System.Text.Json.Serialization;

namespace Kiln.Server.Http;

/// <summary>
/// An error answer: the one envelope that every failing call of the API uses. A typed result, so handlers return it
/// beside their success (<c>Results&lt;Ok&lt;X&gt;, ApiError&gt;</c>).
/// </summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Code in the body: the status, or a four-digit code of the contract.</param>
/// <param name="Description">A sentence for a person; never empty.</param>
/// <param name="Errors">Every violation; empty when the description says it all.</param>
public sealed record ApiError(int Status, int Code, string Description, IReadOnlyList<FieldError> Errors)
    : IResult, IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <summary>Seconds for <c>Retry-After</c>; <c>null</c> = no such header.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>400: the request itself is wrong.</summary>
    public static ApiError Invalid(IReadOnlyList<FieldError> errors) => Invalid(400, errors);

    /// <summary>400 with a code of the contract, for example 6520 for an unknown reference in a create.</summary>
    public static ApiError Invalid(int code, IReadOnlyList<FieldError> errors) => new(400, code, Sum(errors), errors);

    /// <summary>400 for a single field.</summary>
    public static ApiError Invalid(string field, string message) => Invalid([new(field, message)]);

    /// <summary>401.</summary>
    public static ApiError Unauthorized(string description) => new(401, 401, description, []);

    /// <summary>403; the description names the role that is missing.</summary>
    public static ApiError Forbidden(string description) => new(403, 403, description, []);

    /// <summary>404 with a code of the contract.</summary>
    public static ApiError NotFound(int code, string description) => new(404, code, description, []);

    /// <summary>409: the name is taken, or the thing is in use.</summary>
    public static ApiError Conflict(int code, string description) => new(409, code, description, []);

    /// <summary>412: <c>If-Match</c> names another revision than the stored one.</summary>
    public static ApiError Stale(int code, string description) => new(412, code, description, []);

    /// <summary>429: it may be repeated after so many seconds.</summary>
    public static ApiError TooMany(string description, int seconds) =>
        new(429, 429, description, []) { RetryAfterSeconds = seconds };

    /// <summary>503: what it needs cannot be had now; it may be repeated after so many seconds.</summary>
    public static ApiError Unavailable(string description, int seconds) =>
        new(503, 503, description, []) { RetryAfterSeconds = seconds };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        httpContext.Features.Set(this); // for the audit record
        if (RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString();
        }
        if (Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }
        return response.WriteAsJsonAsync(
            new ErrorBody("error", Title(Status), Code, Description, new ErrorExtra(Errors)),
            HttpJson.Relaxed.ErrorBody,
            contentType: null,
            httpContext.RequestAborted);
    }

    private static string Sum(IReadOnlyList<FieldError> errors) => errors switch
    {
        [] => "The request is not valid.",
        [var only] => Line(only),
        _ => $"{errors.Count} problems: {string.Join("; ", errors.Take(20).Select(Line))}"
            + (errors.Count > 20 ? "; …" : ""),
    };

    private static string Line(FieldError error) => error.Field.Length == 0 ? error.Message : $"{error.Field}: {error.Message}";

    private static string Title(int status) => status switch
    {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Request Too Large",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        507 => "Insufficient Storage",
        >= 500 => "Internal Error",
        _ => "Request Failed",
    };
}

/// <summary>The envelope on the wire.</summary>
public sealed record ErrorBody(
    [property: JsonPropertyOrder(0)] string Type,
    [property: JsonPropertyOrder(1)] string Message,
    [property: JsonPropertyOrder(2)] int Code,
    [property: JsonPropertyOrder(3)] string Description,
    [property: JsonPropertyOrder(4)] ErrorExtra Extra);

/// <summary>Details of an error.</summary>
public sealed record ErrorExtra(IReadOnlyList<FieldError> Errors);
