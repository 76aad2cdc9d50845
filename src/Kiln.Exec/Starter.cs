using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;
using Kiln.Exec.Outputs;
using Kiln.Exec.Reap;
using Kiln.Exec.Rooms;
using Kiln.Exec.Spawn;

namespace Kiln.Exec;

/// <summary>What became of a start.</summary>
internal abstract record StartOutcome
{
    private StartOutcome() { }

    public sealed record Begun(Running Running) : StartOutcome;

    public sealed record Refused(string Message) : StartOutcome;
}

/// <summary>Starts commands: lays out scripts, opens pipes, adds what marks a process as the run's.</summary>
/// <param name="reaper">Told of each child.</param>
/// <param name="runDirectory">Absolute.</param>
/// <param name="runId">Mark of the run in each process's environment.</param>
/// <param name="room">Where scripts run; <c>null</c> = here.</param>
internal sealed class Starter(Reaper reaper, string runDirectory, string runId, RoomPlace? room)
{
    private readonly int _self = Libc.ProcessId();

    public StartOutcome Start(ExecCommand.Start start, long logStart) =>
        start.Argv.Count == 0
            ? new StartOutcome.Refused("there is no program to start")
            : Spawn(start, script: null, logStart);

    public StartOutcome Start(ExecCommand.StartScript script, RunLog log)
    {
        if (!IsFileName(script.Id))
        {
            return new StartOutcome.Refused("the id of a script is made of letters, digits, '-', '_' and '.'");
        }

        ScriptFiles files;
        try
        {
            files = ScriptFiles.Lay(script, room?.Scripts ?? runDirectory, room);
        }
        catch (PosixException failed)
        {
            return new StartOutcome.Refused($"the script cannot be written: {failed.Message}");
        }

        var logStart = log.Length;
        var outcome = Spawn(
            new ExecCommand.Start(
                script.Id, Placed(script.Id, files.Argv), files.Environment, script.WorkingDirectory, Stdin: null, Capture: false, []),
            files,
            logStart);
        if (outcome is StartOutcome.Begun && files.Notice is { } notice)
        {
            log.Say(notice);
        }

        return outcome;
    }

    private StartOutcome Spawn(ExecCommand.Start start, ScriptFiles? script, long logStart)
    {
        var (output, outputWriter) = Channel.Open();
        var (captured, captureWriter) = start.Capture ? Channel.Open() : (null, outputWriter);
        var (stdin, stdinReader) = start.Stdin is { } text
            ? StdinText.Open(text)
            : (null, Libc.Open("/dev/null", Libc.ReadOnly | Libc.CloseOnExec, 0));

        var outcome = Spawner.Start(new SpawnRequest(
            start.Argv, Marked(start), start.WorkingDirectory, stdinReader, captureWriter, outputWriter)
        {
            Blocked = script is not null && room is not null ? Libc.SigTerm : 0,
        });

        Libc.Close(stdinReader);
        Libc.Close(outputWriter);
        if (captured is not null)
        {
            Libc.Close(captureWriter);
        }

        if (outcome is SpawnOutcome.Running running)
        {
            reaper.ChildStarted();
            return new StartOutcome.Begun(new Running(
                new(start.Id, running.Pid, logStart), output, new KillLadder(_self))
            {
                Capture = captured is null ? null : new Capture(captured),
                Stdin = stdin,
                Script = script,
                Credentials = start.Credentials,
            });
        }

        output.Close();
        captured?.Close();
        stdin?.Close();
        script?.Remove();
        return new StartOutcome.Refused(((SpawnOutcome.Refused)outcome).Message);
    }

    private IReadOnlyList<string> Placed(string id, IReadOnlyList<string> argv) =>
        room is null ? argv : room.Enter($"{runDirectory}/{id}{RoomProtocol.NoteSuffix}", argv);

    private List<KeyValuePair<string, string>> Marked(ExecCommand.Start start)
    {
        List<KeyValuePair<string, string>> environment =
            [.. start.Environment, new(ExecProtocol.RunIdVariable, runId)];
        if (start.Credentials.Count > 0)
        {
            environment.Add(new(ExecProtocol.SocketVariable, $"{runDirectory}/{ExecProtocol.SocketFile}"));
        }

        return environment;
    }

    private static bool IsFileName(string id) =>
        id.Length is > 0 and <= 128 && id[0] != '.' && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
