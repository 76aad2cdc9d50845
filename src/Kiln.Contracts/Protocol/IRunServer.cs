using Kiln.Contracts.Runs;

namespace Kiln.Contracts.Protocol;

/// <summary>
/// Where a runner's reports and artifacts go, for one lease: a Kiln server over HTTP, the server that the runner is a part of,
/// or the terminal of <c>kiln-agent run</c>. Every call may be repeated; reports come one at a time, an artifact may travel beside them.
/// Expected trouble is an outcome, not an exception.
/// </summary>
public interface IRunServer
{
    /// <summary>Applies a report; see <see cref="ReportReply"/>.</summary>
    Task<ReportOutcome> ReportAsync(ReportHead head, ReadOnlyMemory<byte> log, CancellationToken cancellationToken);

    /// <summary>Stores an artifact, in the place of one with the same path.</summary>
    /// <param name="artifact">What it is; size and SHA-256 are those of <paramref name="content"/>.</param>
    /// <param name="content">The content, from its beginning; the caller disposes it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<StoreOutcome> StoreAsync(RunArtifact artifact, Stream content, CancellationToken cancellationToken);
}

/// <summary>What became of a report.</summary>
public abstract record ReportOutcome
{
    private ReportOutcome() { }

    /// <summary>It is durable.</summary>
    public sealed record Accepted(ReportReply Reply) : ReportOutcome;

    /// <summary>The lease is no longer ours.</summary>
    public sealed record Stale : ReportOutcome;

    /// <summary>Nobody knows whether it arrived: send it again.</summary>
    public sealed record Unreachable(string Message) : ReportOutcome;
}

/// <summary>What became of an artifact.</summary>
public abstract record StoreOutcome
{
    private StoreOutcome() { }

    public sealed record Stored(RunArtifact Artifact) : StoreOutcome;

    /// <summary>The lease is no longer ours.</summary>
    public sealed record Stale : StoreOutcome;

    /// <summary>The server will not have it, now or later.</summary>
    public sealed record Rejected(string Message) : StoreOutcome;

    /// <summary>Nobody knows whether it arrived: send it again.</summary>
    public sealed record Unreachable(string Message) : StoreOutcome
    {
        /// <summary>The server has no room for it now.</summary>
        public bool IsFull { get; init; }
    }
}
