using Kiln.Contracts.Runs;

namespace Kiln.Server.Queue.Commits;

/// <summary>Tells from git's words why a repository could not be asked.</summary>
internal static class GitWords
{
    private static readonly (string Words, string Reason, string Sentence)[] Known =
    [
        ("Authentication failed", RunReason.CodeHostAuth, "the user name or token was refused"),
        ("could not read Username", RunReason.CodeHostAuth, "it asks for a login, and the code host has none or it was refused"),
        ("could not read Password", RunReason.CodeHostAuth, "it asks for a login, and the code host has none or it was refused"),
        ("returned error: 401", RunReason.CodeHostAuth, "the user name or token was refused"),
        ("returned error: 403", RunReason.CodeHostAuth, "the user name or token may not read it"),
        ("Permission denied", RunReason.CodeHostAuth, "the SSH key was refused"),
        ("error in libcrypto", RunReason.CodeHostAuth, "the SSH key cannot be read: it must be in PEM, without a passphrase"),
        ("invalid format", RunReason.CodeHostAuth, "the SSH key cannot be read: it must be in PEM, without a passphrase"),
        ("Host key verification failed", RunReason.CodeHostUntrusted, "its SSH host key is not the pinned one"),
        ("certificate", RunReason.CodeHostUntrusted, "its TLS certificate cannot be verified"),
        ("Could not resolve host", RunReason.CodeHostUnreachable, "the host name is unknown"),
        ("Name or service not known", RunReason.CodeHostUnreachable, "the host name is unknown"),
        ("Connection refused", RunReason.CodeHostUnreachable, "the connection was refused"),
        ("Failed to connect", RunReason.CodeHostUnreachable, "no connection could be made"),
        ("timed out", RunReason.CodeHostUnreachable, "the connection timed out"),
        ("unreachable", RunReason.CodeHostUnreachable, "the network is unreachable"),
        ("not found", RunReason.CheckoutFailed, "there is no such repository, or the login may not see it"),
        ("does not exist", RunReason.CheckoutFailed, "there is no git repository at this address"),
        ("does not appear to be a git repository", RunReason.CheckoutFailed, "there is no git repository at this address"),
    ];

    /// <summary>Why looking up <paramref name="repo"/> failed.</summary>
    public static RemoteAnswer.Failed Explain(string repo, string said)
    {
        foreach (var (words, reason, sentence) in Known)
        {
            if (said.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                return new(reason, $"Looking up {repo} failed: {sentence}.");
            }
        }
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var last = lines.Length == 0 ? "git said nothing" : lines[^1].TrimEnd('.');
        return new(RunReason.CodeHostUnreachable, $"Looking up {repo} failed: {last}.");
    }
}
