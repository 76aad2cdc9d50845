namespace Kiln.Contracts.Exec;

/// <summary>
/// What a dead exec left behind. The journal is a row of <see cref="ExecNotice.Started"/>, <see cref="ExecNotice.Ended"/>
/// and <see cref="ExecNotice.Sealed"/> frames, each on disk before it was announced; a torn last one is ignored.
/// </summary>
public static class ExecJournal
{
    /// <summary>
    /// The state at exec's end: <see cref="ExecNotice.State.Running"/> is a command whose end exec did not live to see,
    /// <see cref="ExecNotice.State.LogLength"/> the size of the spool, <see cref="ExecNotice.State.ExecVersion"/> empty.
    /// An absent journal is an empty one.
    /// </summary>
    public static ExecNotice.State Read(string runDirectory)
    {
        var journal = Path.Combine(runDirectory, ExecProtocol.JournalFile);
        var spool = new FileInfo(Path.Combine(runDirectory, ExecProtocol.SpoolFile));
        return Replay(File.Exists(journal) ? File.ReadAllBytes(journal) : [], spool.Exists ? spool.Length : 0);
    }

    private static ExecNotice.State Replay(ReadOnlySpan<byte> bytes, long logLength)
    {
        ExecNotice.Started? running = null;
        var history = new List<ExecNotice.Ended>();
        var isSealed = false;
        try
        {
            while (FrameReader.TryFrame(bytes, out var payload, out var consumed))
            {
                switch (ExecNoticeCodec.Read(payload))
                {
                    case ExecNotice.Started started:
                        running = started;
                        break;
                    case ExecNotice.Ended ended:
                        running = null;
                        history.Add(ended);
                        break;
                    case ExecNotice.Sealed:
                        isSealed = true;
                        break;
                }

                bytes = bytes[consumed..];
            }
        }
        catch (InvalidDataException)
        {
            // A record torn by a crash of the machine was never announced to anybody: what is before it is all there is.
        }

        return new("", logLength, running, history, isSealed, IsWaiting: false);
    }
}
