using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kiln.Server.Http;

/// <summary>
/// The body of an answer, written by the code that is generated for its shape. <c>TypedResults.Ok</c> walks the shape's description
/// instead, because generated code cannot be told to leave Chinese and quotes as they are; the writer can, and what it is given is
/// the same. The length is known before anything is sent, so nothing goes in chunks.
/// </summary>
#pragma warning disable CA1001 // Its writer holds nothing but memory.
internal sealed class AnswerBody
#pragma warning restore CA1001
{
    // A thread does not hold on to the memory of an answer that was longer.
    private const int MostKept = 64 * 1024;

    // Answers are never embedded in HTML, so every language is written as itself.
    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    // Each thread keeps one that is not in use.
    [ThreadStatic]
    private static AnswerBody? _idle;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _writer;

    private AnswerBody() => _writer = new Utf8JsonWriter(_buffer, Readable);

    /// <summary>A body of one's own.</summary>
    public static byte[] Of<T>(T value, JsonTypeInfo<T> shape)
    {
        var body = Write(value, shape);
        var bytes = body._buffer.WrittenSpan.ToArray();
        body.GiveBack();
        return bytes;
    }

    /// <summary>Writes a body and sends it.</summary>
    public static async Task SendAsync<T>(HttpContext context, T value, JsonTypeInfo<T> shape)
    {
        var body = Write(value, shape);
        await SendAsync(context, body._buffer.WrittenMemory, tag: null);
        body.GiveBack();
    }

    /// <summary>Sends a body that is written.</summary>
    public static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body, EntityTag? tag)
    {
        var response = context.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        if (tag is not null)
        {
            response.Headers.ETag = tag.ToString();
        }
        await response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }

    private static AnswerBody Write<T>(T value, JsonTypeInfo<T> shape)
    {
        var body = _idle ?? new AnswerBody();
        _idle = null;
        shape.SerializeHandler!(body._writer, value);
        body._writer.Flush();
        return body;
    }

    // Whoever fails before this has only made work for the collector.
    private void GiveBack()
    {
        if (_buffer.Capacity <= MostKept)
        {
            _buffer.ResetWrittenCount();
            _writer.Reset();
            _idle = this;
        }
    }
}
