using System.Diagnostics;

namespace Kiln.Contracts.Exec;

/// <summary>How an exec came to life, or did not.</summary>
public abstract record ExecLaunch
{
    private ExecLaunch() { }

    /// <summary>It listens; <see cref="ExecConnection.ConnectAsync"/> will find it.</summary>
    /// <param name="Pid">Its process id. It is a child of the caller but in a session of its own, and outlives it.</param>
    public sealed record Listening(int Pid) : ExecLaunch;

    /// <summary>It did not start; nothing runs.</summary>
    /// <param name="Message">A sentence why.</param>
    public sealed record Failed(string Message) : ExecLaunch;

    /// <summary>
    /// Starts <paramref name="binary"/> for a run directory (made with mode 0700 when absent) and waits until it listens.
    /// Exec gets none of the caller's environment, so nothing secret can be inherited through it.
    /// </summary>
    /// <param name="binary">Path of <c>kiln-exec</c>.</param>
    /// <param name="runDirectory">The run directory.</param>
    /// <param name="runId">Value of <see cref="ExecProtocol.RunIdVariable"/>, unique on the host.</param>
    /// <param name="environment">What else exec finds in its environment, see <see cref="ExecProtocol"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static async Task<ExecLaunch> StartAsync(
        string binary,
        string runDirectory,
        string runId,
        IReadOnlyList<KeyValuePair<string, string>> environment,
        CancellationToken cancellationToken)
    {
        MakeDirectory(runDirectory);
        try
        {
            using var process = Begin(binary, Path.GetFullPath(runDirectory), environment, runId);
            return await ListeningAsync(process, cancellationToken);
        }
        catch (System.ComponentModel.Win32Exception notStarted)
        {
            return new Failed($"{binary} cannot be started: {notStarted.Message}");
        }
    }

    internal static void MakeDirectory(string runDirectory)
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(runDirectory, ownerOnly);
        }
    }

    /// <summary>Starts <paramref name="binary"/> with one argument.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    internal static Process Begin(
        string binary, string argument, IReadOnlyList<KeyValuePair<string, string>> environment, string? runId)
    {
        var start = new ProcessStartInfo(binary, [argument])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        KeepRuntimeOnly(start.Environment);
        if (runId is not null)
        {
            start.Environment[ExecProtocol.RunIdVariable] = runId;
        }
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        return Process.Start(start)!;
    }

    /// <summary>Waits until a started exec listens, or has said why it does not.</summary>
    internal static async Task<ExecLaunch> ListeningAsync(Process process, CancellationToken cancellationToken)
    {
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        return line == ExecProtocol.ReadyLine
            ? new Listening(process.Id)
            : new Failed(await process.StandardError.ReadToEndAsync(cancellationToken) is { Length: > 0 } said
                ? said.Trim()
                : $"{process.StartInfo.FileName} ended before it listened");
    }

    /// <summary>A build of exec that is not ahead-of-time compiled has to find the .NET runtime.</summary>
    private static void KeepRuntimeOnly(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.Where(name => !name.StartsWith("DOTNET_ROOT")).ToList())
        {
            environment.Remove(name);
        }
    }
}
