using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Kiln.Tests.Fixtures;

/// <summary>A download site with one file, which can break off, fail, and remember what it was asked for. Plain sockets,
/// because a web server does not break off in a way that leaves the bytes before.</summary>
internal sealed class FakePackageSite(byte[] content) : RawSite
{
    /// <summary>The <c>Range</c> of every request, empty without one.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The next answer ends after so many bytes.</summary>
    public int? BreaksOffAfter { get; set; }

    public int Status { get; set; } = 200;

    public string Url => $"{Address}/dist/tool-1.0.tar.gz";

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(content));

    protected override async Task AnswerAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        var range = "";
        while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            range = line.StartsWith("Range: ", StringComparison.Ordinal) ? line["Range: ".Length..] : range;
        }
        Requests.Enqueue(range);
        var from = Status != 200 ? content.Length : range.Length == 0 ? 0 : int.Parse(range["bytes=".Length..].Split('-')[0]);
        var head = $"HTTP/1.1 {(from is > 0 && Status == 200 ? 206 : Status)} x\r\nConnection: close\r\n"
            + $"Content-Length: {content.Length - from}\r\n"
            + $"Content-Range: bytes {from}-{content.Length - 1}/{content.Length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancellationToken);
        var end = BreaksOffAfter is { } bytes ? from + bytes : content.Length;
        BreaksOffAfter = null;
        await stream.WriteAsync(content.AsMemory(from, end - from), cancellationToken);
    }
}
