using Kiln.Contracts.Exec;
using Kiln.Exec.Reap;

namespace Kiln.Exec.Credentials;

/// <summary>Decides what git is told.</summary>
internal static class CredentialAnswer
{
    private static readonly ExecNotice.Credential Nothing = new(null, null);

    public static ExecNotice.Credential For(ExecCommand.AskCredential ask, Running? running, int peerPid) =>
        running is not null && ProcessTree.IsOwnDescendant(peerPid)
            ? Choose(ask, running.Credentials)
            : Nothing;

    /// <summary>The first credential whose prefix covers the URL and whose user is not another one than asked for.</summary>
    public static ExecNotice.Credential Choose(ExecCommand.AskCredential ask, IReadOnlyList<ExecCredential> credentials)
    {
        foreach (var credential in credentials)
        {
            var isUser = ask.Username.Length == 0 || ask.Username == credential.Username;
            if (isUser && Covers(credential.UrlPrefix.TrimEnd('/'), ask))
            {
                return new(credential.Username, credential.Password);
            }
        }

        return Nothing;
    }

    private static bool Covers(string prefix, ExecCommand.AskCredential ask)
    {
        var server = $"{ask.Scheme}://{ask.Host}";
        if (string.Equals(prefix, server, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // git names the path only when credential.useHttpPath is set; without it the server has to do.
        return prefix.StartsWith(server + "/", StringComparison.OrdinalIgnoreCase)
            && (ask.Path.Length == 0 || $"{server}/{ask.Path}/".StartsWith(prefix + "/", StringComparison.Ordinal));
    }
}
