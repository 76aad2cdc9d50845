using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Credentials;

/// <summary>
/// <c>kiln-exec credential get</c>: git's credential helper. Asks the exec of the run it lives in; knows nothing itself.
/// git writes, and reads the answer in the same form:
/// <code>
/// protocol=https
/// host=git.example.com:8443
/// </code>
/// </summary>
internal static class CredentialHelper
{
    private const int MaxRequest = 64 * 1024;

    public static int Run(string operation)
    {
        // Nothing is ever stored or erased: a token that git calls wrong was wrong from the start.
        if (operation != "get" || Environment.GetEnvironmentVariable(ExecProtocol.SocketVariable) is not { } socket)
        {
            return 0;
        }

        var slash = socket.LastIndexOf('/');
        if (slash <= 0 || Libc.ChangeDirectory(socket[..slash]) != 0)
        {
            return 0;
        }

        var connection = UnixAddress.Connect(socket[(slash + 1)..]);
        if (connection >= 0 && Ask(connection, Request()) is { Username: { } name, Password: { } password })
        {
            Posix.WriteAll(1, Encoding.UTF8.GetBytes($"username={name}\npassword={password}\n"));
        }

        return 0;
    }

    private static ExecCommand.AskCredential Request()
    {
        var bytes = new byte[MaxRequest];
        var length = 0;
        int read;
        while (length < bytes.Length && (read = Posix.Read(0, bytes.AsSpan(length))) > 0)
        {
            length += read;
        }

        var ask = new ExecCommand.AskCredential("", "", "", "");
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, length).Split('\n'))
        {
            var equals = line.IndexOf('=');
            var value = line[(equals + 1)..];
            ask = (equals < 0 ? "" : line[..equals]) switch
            {
                "protocol" => ask with { Scheme = value },
                "host" => ask with { Host = value },
                "path" => ask with { Path = value },
                "username" => ask with { Username = value },
                _ => ask,
            };
        }

        return ask;
    }

    private static ExecNotice.Credential? Ask(int connection, ExecCommand.AskCredential ask)
    {
        var question = new FrameWriter();
        ExecCommandCodec.Write(question, ask);
        Posix.WriteAll(connection, question.Written);

        var answer = new FrameBuffer();
        int read;
        while ((read = Posix.Read(connection, answer.Room().Span)) > 0)
        {
            answer.Received(read);
            if (answer.TryTake(out var payload))
            {
                return ExecNoticeCodec.Read(payload) as ExecNotice.Credential;
            }
        }

        return null;
    }
}
