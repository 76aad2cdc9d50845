using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kiln.Server.Runs;

/// <summary>
/// Writes server-sent events: <c>event: log LF id: 42 LF data: {…} LF LF</c>. Data is JSON, so it never holds a line end.
/// </summary>
internal sealed class EventStream
{
    private readonly HttpResponse _response;

    public EventStream(HttpResponse response)
    {
        _response = response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        // Proxies that buffer would hold a live log back.
        response.Headers["X-Accel-Buffering"] = "no";
    }

    public void Write<T>(string name, long? id, T data, JsonTypeInfo<T> shape) => Write(name, id, Text(data, shape));

    /// <summary>Writes an event whose data is <see cref="Text{T}"/> already.</summary>
    public void Write(string name, long? id, ReadOnlySpan<byte> data)
    {
        Text($"event: {name}\n");
        if (id is { } number)
        {
            Text(string.Create(CultureInfo.InvariantCulture, $"id: {number}\n"));
        }
        Text("data: ");
        _response.BodyWriter.Write(data);
        Text("\n\n");
    }

    public void Ping() => Text("event: ping\ndata: {}\n\n");

    public async Task FlushAsync(CancellationToken cancellationToken) =>
        await _response.BodyWriter.FlushAsync(cancellationToken);

    /// <summary>JSON on one line, readable as it is.</summary>
    public static byte[] Text<T>(T data, JsonTypeInfo<T> shape)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(
            buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            JsonSerializer.Serialize(writer, data, shape);
        }
        return buffer.WrittenSpan.ToArray();
    }

    private void Text(string text) => _response.BodyWriter.Write(Encoding.UTF8.GetBytes(text));
}
