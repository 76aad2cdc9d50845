using System.Collections.Concurrent;
using Kiln.Contracts.Exec;

namespace Kiln.Runner.Spawning;

/// <summary>How a command that exec was given came to its end.</summary>
internal abstract record CommandEnd
{
    private CommandEnd() { }

    public sealed record Ended(ExecNotice.Ended Notice) : CommandEnd;

    /// <summary>It was not started.</summary>
    public sealed record Refused(string Message) : CommandEnd;

    /// <summary>Exec is gone, and with it the command.</summary>
    public sealed record ExecDied : CommandEnd;
}

/// <summary>
/// A runner's talk with its exec. One command runs at a time; stopping, speaking and acknowledging may come from any
/// thread beside it. Disposing only hangs up: exec and its command go on, and what waits for them here is cancelled.
/// </summary>
internal sealed class ExecSession : IAsyncDisposable
{
    private readonly ExecConnection _connection;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentQueue<TaskCompletionSource<ExecNotice.State?>> _hellos = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private volatile Command? _command;
    private Exception? _broken;

    public ExecSession(ExecConnection connection) => _connection = connection;

    /// <summary>Told every <see cref="ExecNotice.Log"/>, and the lengths in other notices.</summary>
    public Action<ExecNotice.Log> LogGrew { private get; init; } = static _ => { };

    /// <summary>Ends when exec closed the connection: it finished, died, or another runner took our place.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Begins to read notices. Once.</summary>
    public void Begin() => _reading = ReadAsync();

    /// <summary>Sends a hello. The answer is awaited only by those who need it; <c>null</c> = exec is gone.</summary>
    public async Task<Task<ExecNotice.State?>> HelloAsync(ExecCommand.Hello hello)
    {
        var answer = new TaskCompletionSource<ExecNotice.State?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _hellos.Enqueue(answer);
        await SendAsync(hello);
        if (Gone.IsCompleted)
        {
            Release();
        }
        return answer.Task;
    }

    /// <summary>Where the log ends once everything sent so far is written; <c>null</c> = exec is gone.</summary>
    public async Task<long?> LogLengthAsync() =>
        (await await HelloAsync(ExecCommand.Hello.Ask))?.LogLength;

    /// <summary>Runs one command to its end.</summary>
    /// <param name="id">The command's id.</param>
    /// <param name="start"><see cref="ExecCommand.Start"/> or <see cref="ExecCommand.StartScript"/>.</param>
    /// <param name="onStarted">Told when it runs, also when it has run before.</param>
    public async Task<CommandEnd> RunAsync(string id, ExecCommand start, Action<ExecNotice.Started> onStarted)
    {
        var command = new Command(id, onStarted);
        _command = command;
        await SendAsync(start);
        if (Gone.IsCompleted)
        {
            Release();
        }
        return await command.End.Task;
    }

    /// <summary>Sends a command that is not waited for. When exec is gone nothing happens: <see cref="Gone"/> says so.</summary>
    public async Task SendAsync(ExecCommand command)
    {
        await _sending.WaitAsync(CancellationToken.None);
        try
        {
            await _connection.SendAsync(command, CancellationToken.None);
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // The reader sees the same end and tells everybody.
        }
        finally
        {
            _sending.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _reading;
        await _connection.DisposeAsync();
        _closing.Dispose();
        _sending.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var notice in _connection.ReadAllAsync(_closing.Token))
            {
                Take(notice);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or InvalidDataException)
        {
            // We are closing, or what answers is not an exec: either way there is none any more.
        }
        catch (Exception broken)
        {
            // What a notice told could not be taken note of (a full disk): whoever waits for the command hears it.
            _broken = broken;
        }
        _gone.TrySetResult();
        Release();
    }

    /// <summary>Nothing more will come: lets go of those who wait.</summary>
    private void Release()
    {
        if (_broken is not null)
        {
            _command?.End.TrySetException(_broken);
        }
        else if (_closing.IsCancellationRequested)
        {
            _command?.End.TrySetCanceled(_closing.Token);
        }
        else
        {
            _command?.End.TrySetResult(new CommandEnd.ExecDied());
        }
        while (_hellos.TryDequeue(out var hello))
        {
            _ = _closing.IsCancellationRequested ? hello.TrySetCanceled(_closing.Token) : hello.TrySetResult(null);
        }
    }

    private void Take(ExecNotice notice)
    {
        switch (notice)
        {
            case ExecNotice.Log log:
                LogGrew(log);
                break;
            case ExecNotice.State state:
                LogGrew(new ExecNotice.Log(state.LogLength, state.IsWaiting));
                if (_hellos.TryDequeue(out var hello))
                {
                    hello.TrySetResult(state);
                }
                break;
            case ExecNotice.Started started when _command is { } command && command.Id == started.Id:
                command.OnStarted(started);
                break;
            case ExecNotice.Ended ended when _command is { } command && command.Id == ended.Id:
                LogGrew(new ExecNotice.Log(ended.LogEnd, IsWaiting: false));
                command.End.TrySetResult(new CommandEnd.Ended(ended));
                break;
            case ExecNotice.Refused refused when _command is { } command && command.Id == refused.Id:
                command.End.TrySetResult(new CommandEnd.Refused(refused.Message));
                break;
            case ExecNotice.Sealed sealedLog:
                LogGrew(new ExecNotice.Log(sealedLog.LogLength, IsWaiting: false));
                break;
        }
    }

    private sealed record Command(string Id, Action<ExecNotice.Started> OnStarted)
    {
        public TaskCompletionSource<CommandEnd> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
