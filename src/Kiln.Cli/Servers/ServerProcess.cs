using System.Diagnostics;

namespace Kiln.Cli.Servers;

/// <summary>A kiln-server that this process started and ends.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address, string dataDirectory)
    {
        _process = process;
        Address = address;
        DataDirectory = dataDirectory;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Absolute path of the directory that holds everything it keeps.</summary>
    public string DataDirectory { get; }

    /// <summary>Its process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts the sibling kiln-server and waits until it is ready.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">What to add to its environment; it inherits the rest.</param>
    /// <param name="cancellationToken">Ends the server and the waiting.</param>
    /// <returns>The server, or the exit code with which it refused to start; it has said why itself.</returns>
    public static async Task<(ServerProcess? Server, int ExitCode)> StartAsync(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        using var ready = new ReadySocket();
        var start = StartInfo(arguments);
        start.Environment["NOTIFY_SOCKET"] = ready.Path;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var announced = ready.ReadyAsync(over.Token);
        var exited = process.WaitForExitAsync(over.Token);
        var first = await Task.WhenAny(announced, exited);
        await over.CancelAsync();
        if (first == announced && announced.IsCompletedSuccessfully)
        {
            var variables = await announced;
            return (new ServerProcess(process, new Uri(variables["X_KILN_URL"]), variables["X_KILN_DATA"]), ExitCode.Success);
        }
        if (cancellationToken.IsCancellationRequested)
        {
            await using var abandoned = new ServerProcess(process, new Uri("about:blank"), "");
            cancellationToken.ThrowIfCancellationRequested();
        }
        var code = process.ExitCode;
        process.Dispose();
        return (null, code);
    }

    /// <summary>Waits until it ends by itself.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Its exit code once it has ended.</summary>
    public int ExitedWith => _process.ExitCode;

    /// <summary>Passes Ctrl-C on: the server ends the runs of its own agent, with their grace, before it ends itself.</summary>
    public void Interrupt() => Signals.Send(_process, Signals.Interrupt);

    /// <summary>Ends it politely, its runs go on, and waits for that.</summary>
    public async ValueTask DisposeAsync()
    {
        Signals.Send(_process, Signals.Terminate);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    // A session of its own: Ctrl-C reaches this process only, which passes it on once.
    private static ProcessStartInfo StartInfo(IReadOnlyList<string> arguments) => File.Exists("/usr/bin/setsid")
        ? new ProcessStartInfo("/usr/bin/setsid", [Siblings.Server, .. arguments])
        : new ProcessStartInfo(Siblings.Server, arguments);
}
