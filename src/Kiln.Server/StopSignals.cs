using System.Runtime.InteropServices;

namespace Kiln.Server;

/// <summary>
/// How the process is told to stop, and by whom: Ctrl-C is a person who wants everything to end, any other signal is a
/// service manager that may start the next server at once. A second Ctrl-C ends the process on the spot.
/// </summary>
internal sealed class StopSignals(IHostApplicationLifetime lifetime) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>True once Ctrl-C was pressed.</summary>
    public bool ByHand { get; private set; }

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, Stop));
        }
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = !(ByHand && context.Signal == PosixSignal.SIGINT);
        ByHand |= context.Signal == PosixSignal.SIGINT;
        lifetime.StopApplication();
    }
}
