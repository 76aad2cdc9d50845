using System.Buffers;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiln.Server.Http;

/// <summary>
/// Success of a read that is asked for often, written by the code that is generated for its shape. <c>TypedResults.Ok</c> walks
/// the shape's description instead, because generated code cannot be told to leave Chinese and quotes as they are; the
/// writer can, and what it is given is the same. The length is known before anything is sent, so nothing goes in chunks.
/// </summary>
/// <param name="Value">What is answered.</param>
/// <param name="Shape">Its JSON: of a context with snake_case names that generates writers.</param>
public sealed record ShapedAnswer<T>(T Value, JsonTypeInfo<T> Shape) : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    /// <summary>Tag of what it shows; <c>null</c> = none.</summary>
    public EntityTag? Tag { get; init; }

    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status200OK;

    /// <summary>Says what it answers to whoever describes the endpoint.</summary>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        if (Tag is { } tag)
        {
            response.Headers.ETag = tag.ToString();
        }
        var body = AnswerBody.Take();
        Shape.SerializeHandler!(body.Writer, Value);
        body.Writer.Flush();
        response.ContentLength = body.Written.Length;
        await response.BodyWriter.WriteAsync(body.Written, httpContext.RequestAborted);
        body.GiveBack();
    }
}

/// <summary>A buffer for one answer at a time, and what writes JSON into it. Each thread keeps one that is not in use.</summary>
internal sealed class AnswerBody
{
    // A thread does not hold on to the memory of an answer that was longer.
    private const int MostKept = 64 * 1024;

    // Answers are never embedded in HTML, so every language is written as itself.
    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static AnswerBody? _idle;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    private AnswerBody() => Writer = new Utf8JsonWriter(_buffer, Readable);

    public Utf8JsonWriter Writer { get; }

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>An empty one. Whoever fails to give it back has only made work for the collector.</summary>
    public static AnswerBody Take()
    {
        var body = _idle ?? new AnswerBody();
        _idle = null;
        return body;
    }

    public void GiveBack()
    {
        if (_buffer.Capacity <= MostKept)
        {
            _buffer.ResetWrittenCount();
            Writer.Reset();
            _idle = this;
        }
    }
}
