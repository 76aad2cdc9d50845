using Kiln.Contracts.Exec;
using Kiln.Contracts.Runs;
using Kiln.Runner.Journal;
using Kiln.Runner.Spawning;

namespace Kiln.Runner.Courier;

/// <summary>
/// Joins exec's spool and the courier: what exec has written is to be carried, and what the server has exec may free. A
/// spool that has reached its bound is shown on the run for as long as it waits.
/// </summary>
internal sealed class LogRelay(Spool spool, ReportCourier courier, string hostName, string directory)
{
    private const long NearlyFull = 1 << 20;

    private bool _isWaiting;

    /// <summary>Begins a talk with exec that keeps spool and courier up to date.</summary>
    /// <param name="connection">To exec.</param>
    /// <param name="record">Where a full spool is noted; <c>null</c> when the attempt is over.</param>
    public ExecSession Begin(ExecConnection connection, AttemptRecord? record)
    {
        var exec = new ExecSession(connection) { LogGrew = log => Grew(log, record) };
        courier.MadeDurable = length => _ = exec.SendAsync(new ExecCommand.Acknowledge(length));
        exec.Begin();
        return exec;
    }

    private void Grew(ExecNotice.Log log, AttemptRecord? record)
    {
        spool.GrewTo(log.Length);
        courier.NeedsRoom = log.IsWaiting;
        courier.Wake();
        if (record is not null && log.IsWaiting != _isWaiting)
        {
            _isWaiting = log.IsWaiting;
            record.Noticed(
                _isWaiting ? RunReason.LogBackpressure : "",
                _isWaiting ? Why() : "");
        }
    }

    private string Why() => new DriveInfo(directory).AvailableFreeSpace < NearlyFull
        ? $"The disk of {hostName} is full; the script waits until there is room for its log."
        : $"The log on {hostName} has reached its bound and waits for the server.";
}
