using System.Diagnostics;
using System.Text;

namespace Kiln.Contracts.Exec;

/// <summary>
/// One exec that was started ahead and waits for its run: what it costs to start a process is paid while nobody waits. Each
/// serves one run. Without one that is ready, as in a burst, an exec is started on the spot. Safe for concurrent use.
/// </summary>
/// <param name="binary">Path of <c>kiln-exec</c>.</param>
/// <param name="environment">As in <see cref="ExecLaunch.StartAsync"/>.</param>
/// <param name="clock">For the pause before the next one is started.</param>
public sealed class ExecStandby(
    string binary, IReadOnlyList<KeyValuePair<string, string>> environment, TimeProvider clock) : IDisposable
{
    // The run that has just begun comes first: until its script speaks it needs the processors itself.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private Process? _ready;
    private ITimer? _next;
    private bool _isClosed;

    /// <summary>Begins to keep one ready.</summary>
    public void Begin() => Schedule(TimeSpan.Zero);

    /// <summary>As <see cref="ExecLaunch.StartAsync"/>, with the exec that waits where there is one.</summary>
    public async Task<ExecLaunch> LaunchAsync(string runDirectory, string runId, CancellationToken cancellationToken)
    {
        var ready = Take();
        try
        {
            return ready is not null && await OrderAsync(ready, runDirectory, runId, cancellationToken) is { } launch
                ? launch
                : await ExecLaunch.StartAsync(binary, runDirectory, runId, environment, cancellationToken);
        }
        finally
        {
            ready?.Dispose();
            Schedule(Pause);
        }
    }

    /// <summary>
    /// Says that a run's last process has ended: the next exec is started now rather than after the pause, so that it is there
    /// when the next run comes on the heels of this one. Does nothing where one waits.
    /// </summary>
    public void Refill() => Schedule(TimeSpan.Zero);

    /// <summary>Sends the one that waits home.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _next?.Dispose();
            // It ends when nobody can give it an order any more.
            _ready?.StandardInput.Close();
            _ready?.Dispose();
            _ready = null;
        }
    }

    // Null when it has died meanwhile, without having begun anything.
    private static async Task<ExecLaunch?> OrderAsync(
        Process ready, string runDirectory, string runId, CancellationToken cancellationToken)
    {
        ExecLaunch.MakeDirectory(runDirectory);
        try
        {
            var order = Encoding.UTF8.GetBytes($"{Path.GetFullPath(runDirectory)}\0{runId}\0");
            await ready.StandardInput.BaseStream.WriteAsync(order, cancellationToken);
            await ready.StandardInput.BaseStream.FlushAsync(cancellationToken);
        }
        catch (IOException)
        {
            return null;
        }
        return await ExecLaunch.ListeningAsync(ready, cancellationToken);
    }

    private Process? Take()
    {
        lock (_gate)
        {
            var ready = _ready;
            _ready = null;
            return ready;
        }
    }

    private void Schedule(TimeSpan pause)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _next ??= clock.CreateTimer(static me => ((ExecStandby)me!).Prepare(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _next.Change(pause, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Prepare()
    {
        lock (_gate)
        {
            if (_isClosed || _ready is not null)
            {
                return;
            }
            try
            {
                _ready = ExecLaunch.Begin(binary, ExecProtocol.StandbyArgument, environment, runId: null);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // The run that needs one will say so.
            }
        }
    }
}
