using System.Net;
using System.Net.Http.Headers;
using Kiln.Contracts.Protocol;

namespace Kiln.Runner.Courier;

/// <summary>A report as an HTTP body, without copying the log.</summary>
internal sealed class ReportContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _head;
    private readonly ReadOnlyMemory<byte> _log;

    public ReportContent(ReportHead head, ReadOnlyMemory<byte> log)
    {
        _head = ReportFrameCodec.WriteHead(head);
        _log = log;
        Headers.ContentType = new MediaTypeHeaderValue(RunnerProtocol.ReportMediaType);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _head.Length + _log.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_head, cancellationToken);
        if (!_log.IsEmpty)
        {
            await stream.WriteAsync(_log, cancellationToken);
        }
    }
}
