namespace Kiln.Contracts.Exec;

/// <summary>Notices as frames, see <see cref="FrameWriter"/>. The journal holds the same frames.</summary>
public static class ExecNoticeCodec
{
    private const byte State = 1;
    private const byte Started = 2;
    private const byte Log = 3;
    private const byte Ended = 4;
    private const byte Refused = 5;
    private const byte Sealed = 6;
    private const byte Credential = 7;

    /// <summary>Appends one frame.</summary>
    public static void Write(FrameWriter to, ExecNotice notice)
    {
        switch (notice)
        {
            case ExecNotice.State state:
                to.Begin(State);
                to.Text(state.ExecVersion);
                to.Int64(state.LogLength);
                to.Bool(state.Running is not null);
                if (state.Running is { } running)
                {
                    WriteStarted(to, running);
                }

                to.Int32(state.History.Count);
                foreach (var ended in state.History)
                {
                    WriteEnded(to, ended);
                }

                to.Bool(state.IsSealed);
                to.Bool(state.IsWaiting);
                break;
            case ExecNotice.Started started:
                to.Begin(Started);
                WriteStarted(to, started);
                break;
            case ExecNotice.Log log:
                to.Begin(Log);
                to.Int64(log.Length);
                to.Bool(log.IsWaiting);
                break;
            case ExecNotice.Ended ended:
                to.Begin(Ended);
                WriteEnded(to, ended);
                break;
            case ExecNotice.Refused refused:
                to.Begin(Refused);
                to.Text(refused.Id);
                to.Text(refused.Message);
                break;
            case ExecNotice.Sealed end:
                to.Begin(Sealed);
                to.Int64(end.LogLength);
                break;
            case ExecNotice.Credential credential:
                to.Begin(Credential);
                to.Text(credential.Username);
                to.Text(credential.Password);
                break;
        }

        to.End();
    }

    /// <summary>Reads one frame's payload; <c>null</c> for a kind of a newer protocol.</summary>
    /// <exception cref="InvalidDataException">The payload is malformed.</exception>
    public static ExecNotice? Read(ReadOnlySpan<byte> payload)
    {
        var from = new FrameReader(payload);
        return from.Byte() switch
        {
            State => ReadState(ref from),
            Started => ReadStarted(ref from),
            Log => new ExecNotice.Log(from.Int64(), from.Bool()),
            Ended => ReadEnded(ref from),
            Refused => new ExecNotice.Refused(from.Text(), from.Text()),
            Sealed => new ExecNotice.Sealed(from.Int64()),
            Credential => new ExecNotice.Credential(from.OptionalText(), from.OptionalText()),
            _ => null,
        };
    }

    private static ExecNotice.State ReadState(ref FrameReader from)
    {
        var version = from.Text();
        var length = from.Int64();
        var running = from.Bool() ? ReadStarted(ref from) : null;
        var history = new ExecNotice.Ended[from.Count(smallest: 1)];
        for (var i = 0; i < history.Length; i++)
        {
            history[i] = ReadEnded(ref from);
        }

        return new(version, length, running, history, from.Bool(), from.Bool());
    }

    private static void WriteStarted(FrameWriter to, ExecNotice.Started started)
    {
        to.Text(started.Id);
        to.Int32(started.Pid);
        to.Int64(started.LogStart);
    }

    private static ExecNotice.Started ReadStarted(ref FrameReader from) => new(from.Text(), from.Int32(), from.Int64());

    private static void WriteEnded(FrameWriter to, ExecNotice.Ended ended)
    {
        to.Text(ended.Id);
        to.OptionalInt32(ended.ExitCode);
        to.OptionalInt32(ended.Signal);
        to.Text(ended.Stopped);
        to.Int64(ended.LogStart);
        to.Int64(ended.LogEnd);
        to.Pairs(ended.Outputs);
        to.Texts(ended.MissingOutputs);
        to.Text(ended.Captured);
        to.Text(ended.Problem);
    }

    private static ExecNotice.Ended ReadEnded(ref FrameReader from) => new(
        from.Text(), from.OptionalInt32(), from.OptionalInt32(), from.OptionalText(), from.Int64(), from.Int64(),
        from.Pairs(), from.Texts(), from.OptionalText(), from.OptionalText());
}
