using Kiln.Contracts.Exec;

namespace Kiln.Runner.Spawning;

/// <summary>How a runner found its exec.</summary>
internal abstract record ExecOpening
{
    private ExecOpening() { }

    /// <summary>It listens, started now or by an earlier runner.</summary>
    public sealed record Open(ExecConnection Connection) : ExecOpening;

    /// <summary>It was there and is dead.</summary>
    public sealed record Dead : ExecOpening;

    /// <summary>It could not be started.</summary>
    public sealed record NotStarted(string Message) : ExecOpening;
}
