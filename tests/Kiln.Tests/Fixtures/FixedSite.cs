using System.Text;

namespace Kiln.Tests.Fixtures;

/// <summary>Answers every request with the same status and body, as a service does that refuses.</summary>
internal sealed class FixedSite(int status, string body) : RawSite
{
    private readonly byte[] _answer = Encoding.UTF8.GetBytes(
        $"HTTP/1.1 {status} x\r\nContent-Type: application/xml\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");

    protected override async Task AnswerAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, false, bufferSize: 1, leaveOpen: true);
        var length = 0;
        while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            length = line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase) ? int.Parse(line[16..]) : length;
        }
        var sent = new char[length];
        Assert.Equal(length, await reader.ReadBlockAsync(sent, cancellationToken));
        await stream.WriteAsync(_answer, cancellationToken);
    }
}
