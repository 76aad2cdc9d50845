using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kiln.EndToEnd.Harness;

/// <summary>A process under test with everything it said.</summary>
public sealed class RunningProgram : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _complaints = new();

    private bool _isDisposed;

    private RunningProgram(Process process)
    {
        Process = process;
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Process Process { get; }

    public string Output => string.Join('\n', _output);

    public string Errors => string.Join('\n', _errors);

    /// <summary>Starts a program with nothing of this process's KILN settings, and so that it hears Ctrl-C.</summary>
    public static RunningProgram Start(
        string file, IEnumerable<string> arguments, string workingDirectory, params (string Name, string Value)[] environment)
    {
        var (program, given) = Signal.IsInterruptIgnored ? ("env", ["--default-signal=INT", file, .. arguments]) : (file, arguments);
        var start = new ProcessStartInfo(program, given)
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("KILN_")).ToList())
        {
            start.Environment.Remove(name);
        }
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new RunningProgram(process);
    }

    /// <summary>Waits for its first line on its standard output; fails when it ends without.</summary>
    public async Task<string> FirstLineAsync(CancellationToken cancellationToken) =>
        await Task.WhenAny(_firstLine.Task, Process.WaitForExitAsync(cancellationToken)) == _firstLine.Task
            ? await _firstLine.Task
            : throw new InvalidOperationException($"It ended, or was waited for too long, without saying anything on its output:\n{Errors}");

    /// <summary>Waits for a line on its standard output; fails when it ends without.</summary>
    public async Task SaysAsync(string line, CancellationToken cancellationToken)
    {
        var said = _awaited.GetOrAdd(line, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        if (!_output.Contains(line) && await Task.WhenAny(said, Process.WaitForExitAsync(cancellationToken)) != said)
        {
            throw new InvalidOperationException($"It ended, or was waited for too long, without saying '{line}':\n{Output}\n{Errors}");
        }
    }

    /// <summary>Waits until a part is in what it says on its standard error; fails when it ends without.</summary>
    public async Task ComplainsAsync(string part, CancellationToken cancellationToken)
    {
        var said = _complaints.GetOrAdd(part, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        if (!Errors.Contains(part) && await Task.WhenAny(said, Process.WaitForExitAsync(cancellationToken)) != said)
        {
            throw new InvalidOperationException($"It ended, or was waited for too long, without saying '{part}':\n{Errors}");
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        await Process.WaitForExitAsync(cancellationToken);
        return Process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        // Twice when what was to be started after it did not start.
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        if (!Process.HasExited)
        {
            Signal.Terminate(Process);
        }
        await Process.WaitForExitAsync(CancellationToken.None);
        Process.Dispose();
    }

    private void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }
        lines.Enqueue(line);
        if (lines == _output)
        {
            _firstLine.TrySetResult(line);
        }
        if (lines == _output && _awaited.TryGetValue(line, out var said))
        {
            said.TrySetResult();
        }
        foreach (var (part, heard) in _complaints.Where(_ => lines == _errors))
        {
            if (line.Contains(part))
            {
                heard.TrySetResult();
            }
        }
    }
}
