using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;

namespace Kiln.Agent.Terminal;

/// <summary>Takes the place of a server for a run in a terminal: the log goes to a stream as it comes, artifacts into a
/// directory when there is one.</summary>
internal sealed class TerminalServer(Stream output, string? artifacts) : IRunServer
{
    private readonly List<RunEvent> _events = [];
    private long _length;

    /// <summary>How it ended; <c>null</c> while it runs.</summary>
    public RunEvent.Ended? End => _events is [.., RunEvent.Ended ended] ? ended : null;

    public IReadOnlyList<RunEvent> Events => _events;

    public async Task<ReportOutcome> ReportAsync(
        ReportHead head, ReadOnlyMemory<byte> log, CancellationToken cancellationToken)
    {
        await output.WriteAsync(log, cancellationToken);
        await output.FlushAsync(cancellationToken);
        _length += log.Length;
        _events.AddRange(head.Events);
        return new ReportOutcome.Accepted(new ReportReply(_events.Count, _length, Stop: null, Ended: End is not null));
    }

    public async Task<StoreOutcome> StoreAsync(
        RunArtifact artifact, Stream content, CancellationToken cancellationToken)
    {
        if (artifacts is not null)
        {
            var path = Path.Combine(artifacts, artifact.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var file = File.Create(path);
            await content.CopyToAsync(file, cancellationToken);
        }
        return new StoreOutcome.Stored(artifact);
    }
}
