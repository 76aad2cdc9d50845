namespace Kiln.Contracts.Exec;

/// <summary>Commands as frames, see <see cref="FrameWriter"/>.</summary>
public static class ExecCommandCodec
{
    private const byte Hello = 1;
    private const byte Say = 2;
    private const byte Start = 3;
    private const byte StartScript = 4;
    private const byte Stop = 5;
    private const byte Acknowledge = 6;
    private const byte Finish = 7;
    private const byte AskCredential = 8;

    /// <summary>Appends one frame.</summary>
    public static void Write(FrameWriter to, ExecCommand command)
    {
        switch (command)
        {
            case ExecCommand.Hello hello:
                to.Begin(Hello);
                to.Int32(hello.Protocol);
                to.Texts(hello.Secrets);
                to.OptionalInt64(hello.DeadlineMs);
                to.Int32(hello.GraceMs);
                break;
            case ExecCommand.Say say:
                to.Begin(Say);
                to.Text(say.Text);
                break;
            case ExecCommand.Start start:
                to.Begin(Start);
                to.Text(start.Id);
                to.Texts(start.Argv);
                to.Pairs(start.Environment);
                to.Text(start.WorkingDirectory);
                to.Text(start.Stdin);
                to.Bool(start.Capture);
                to.Int32(start.Credentials.Count);
                foreach (var credential in start.Credentials)
                {
                    to.Text(credential.UrlPrefix);
                    to.Text(credential.Username);
                    to.Text(credential.Password);
                }

                break;
            case ExecCommand.StartScript script:
                to.Begin(StartScript);
                to.Text(script.Id);
                to.Text(script.Kind);
                to.Text(script.Body);
                to.Pairs(script.Environment);
                to.Text(script.WorkingDirectory);
                to.Texts(script.Outputs);
                break;
            case ExecCommand.Stop stop:
                to.Begin(Stop);
                to.Text(stop.Cause);
                to.Int32(stop.GraceMs);
                break;
            case ExecCommand.Acknowledge acknowledge:
                to.Begin(Acknowledge);
                to.Int64(acknowledge.Length);
                break;
            case ExecCommand.Finish:
                to.Begin(Finish);
                break;
            case ExecCommand.AskCredential ask:
                to.Begin(AskCredential);
                to.Text(ask.Scheme);
                to.Text(ask.Host);
                to.Text(ask.Path);
                to.Text(ask.Username);
                break;
        }

        to.End();
    }

    /// <summary>Reads one frame's payload; <c>null</c> for a kind of a newer protocol.</summary>
    /// <exception cref="InvalidDataException">The payload is malformed.</exception>
    public static ExecCommand? Read(ReadOnlySpan<byte> payload)
    {
        var from = new FrameReader(payload);
        return from.Byte() switch
        {
            Hello => new ExecCommand.Hello(from.Int32(), from.Texts(), from.OptionalInt64(), from.Int32()),
            Say => new ExecCommand.Say(from.Text()),
            Start => new ExecCommand.Start(
                from.Text(), from.Texts(), from.Pairs(), from.Text(), from.OptionalText(), from.Bool(), Credentials(ref from)),
            StartScript => new ExecCommand.StartScript(
                from.Text(), from.Text(), from.Text(), from.Pairs(), from.Text(), from.Texts()),
            Stop => new ExecCommand.Stop(from.Text(), from.Int32()),
            Acknowledge => new ExecCommand.Acknowledge(from.Int64()),
            Finish => new ExecCommand.Finish(),
            AskCredential => new ExecCommand.AskCredential(from.Text(), from.Text(), from.Text(), from.Text()),
            _ => null,
        };
    }

    private static ExecCredential[] Credentials(ref FrameReader from)
    {
        var credentials = new ExecCredential[from.Count(3 * sizeof(int))];
        for (var i = 0; i < credentials.Length; i++)
        {
            credentials[i] = new(from.Text(), from.Text(), from.Text());
        }

        return credentials;
    }
}
