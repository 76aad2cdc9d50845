using System.Runtime.InteropServices;

namespace Kiln.Cli;

/// <summary>
/// Ctrl-C and the signals that ask for an end. The first one cancels the token; the second ends the process at once, unless
/// the command waits for it.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;
    private volatile bool _waitsForSecond;

    public Interrupt() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>True when a person pressed Ctrl-C; false for a kill.</summary>
    public bool IsByHand { get; private set; }

    /// <summary>Takes the second signal, once, instead of letting it end the process.</summary>
    /// <returns>Completes with it.</returns>
    public Task SecondAsync()
    {
        _waitsForSecond = true;
        return _again.Task;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
        {
            context.Cancel = _waitsForSecond && _again.TrySetResult();
            return;
        }
        IsByHand = context.Signal == PosixSignal.SIGINT;
        context.Cancel = true;
        // Off the signal thread: whoever continues may take its time.
        _ = Task.Run(_source.Cancel);
    }
}
