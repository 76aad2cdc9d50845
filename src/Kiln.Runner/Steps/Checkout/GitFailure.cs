using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;

namespace Kiln.Runner.Steps.Checkout;

/// <summary>Tells from git's words what went wrong, and says it with the repository and its host.</summary>
internal static class GitFailure
{
    private static readonly (string Words, string Reason, string Sentence)[] Known =
    [
        ("No space left on device", RunReason.DiskFull, "the host's disk is full"),
        ("Disk quota exceeded", RunReason.DiskFull, "the host's disk quota is used up"),
        ("Host key verification failed", RunReason.CodeHostUntrusted,
            "the server's SSH host key is not the pinned one; check known_hosts of the code host"),
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", RunReason.CodeHostUntrusted,
            "the server's SSH host key has changed; check known_hosts of the code host"),
        ("SSL certificate problem", RunReason.CodeHostUntrusted, "its TLS certificate cannot be verified"),
        ("server certificate verification failed", RunReason.CodeHostUntrusted, "its TLS certificate cannot be verified"),
        ("SSL: no alternative certificate subject name", RunReason.CodeHostUntrusted,
            "its TLS certificate is for another name"),
        ("gnutls_handshake() failed", RunReason.CodeHostUntrusted, "the TLS handshake failed"),
        ("SSL_ERROR_SYSCALL", RunReason.CodeHostUntrusted, "the TLS handshake failed"),
        ("wrong version number", RunReason.CodeHostUntrusted, "it does not speak TLS on this port"),
        ("from proxy after CONNECT", RunReason.CodeHostUnreachable, "the proxy does not connect to it"),
        ("Could not resolve host", RunReason.CodeHostUnreachable, "the host name is unknown"),
        ("Name or service not known", RunReason.CodeHostUnreachable, "the host name is unknown"),
        ("Temporary failure in name resolution", RunReason.CodeHostUnreachable, "the host name cannot be resolved now"),
        ("Connection refused", RunReason.CodeHostUnreachable, "the connection was refused"),
        ("Failed to connect", RunReason.CodeHostUnreachable, "no connection could be made"),
        ("Couldn't connect to server", RunReason.CodeHostUnreachable, "no connection could be made"),
        ("Connection timed out", RunReason.CodeHostUnreachable, "the connection timed out"),
        ("Operation timed out", RunReason.CodeHostUnreachable, "the connection timed out"),
        ("Operation too slow", RunReason.CodeHostUnreachable, "the transfer stalled for two minutes"),
        ("Network is unreachable", RunReason.CodeHostUnreachable, "the network is unreachable"),
        ("No route to host", RunReason.CodeHostUnreachable, "there is no route to it"),
        ("Connection reset by peer", RunReason.CodeHostUnreachable, "the connection broke"),
        ("error in libcrypto", RunReason.CodeHostAuth, "the SSH key cannot be read; it must be a private key in PEM without a passphrase"),
        ("invalid format", RunReason.CodeHostAuth, "the SSH key cannot be read; it must be a private key in PEM without a passphrase"),
        ("Permission denied (publickey", RunReason.CodeHostAuth, "the SSH key was refused"),
        ("Authentication failed", RunReason.CodeHostAuth, "the user name or token was refused"),
        ("could not read Username", RunReason.CodeHostAuth, "it asks for a user name or token and the code host has none that fits"),
        ("could not read Password", RunReason.CodeHostAuth, "it asks for a password or token and the code host has none that fits"),
        ("returned error: 401", RunReason.CodeHostAuth, "the user name or token was refused"),
        ("returned error: 403", RunReason.CodeHostAuth, "the user name or token may not read it"),
        ("couldn't find remote ref", RunReason.RefNotFound, "the branch, tag or request does not exist there"),
        ("returned error: 5", RunReason.CodeHostUnreachable, "the server answered with an error of its own"),
        ("not found", RunReason.CheckoutFailed, "there is no such repository, or the credential may not see it"),
        ("does not appear to be a git repository", RunReason.CheckoutFailed, "there is no git repository at this address"),
        ("does not exist", RunReason.CheckoutFailed, "there is no git repository at this address"),
    ];

    /// <summary>True when the server will not give a commit by its id alone, or does not have it.</summary>
    public static bool IsCommitRefused(string said) =>
        said.Contains("unadvertised object", StringComparison.Ordinal)
        || said.Contains("not our ref", StringComparison.Ordinal)
        || said.Contains("couldn't find remote ref", StringComparison.Ordinal)
        || said.Contains("dumb http transport does not support shallow", StringComparison.Ordinal);

    /// <summary>The failure of a command that spoke <paramref name="said"/> on stderr.</summary>
    public static StepResult.Failed Of(PlannedRepo repo, string label, string said)
    {
        foreach (var (words, reason, sentence) in Known)
        {
            if (said.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                return new(reason, $"{Subject(repo, label)} failed: {sentence}.");
            }
        }
        return new(RunReason.CheckoutFailed, $"{Subject(repo, label)} failed: {LastWords(said)}");
    }

    public static StepResult.Failed CommitGone(PlannedRepo repo, PlannedRef wanted) => new(
        RunReason.CommitGone,
        $"Commit {wanted.Commit} of {wanted.Label}, decided when the run was planned, is no longer in "
            + $"{Describe(repo)}: it was pushed over meanwhile. Start a new run.");

    public static StepResult.Failed CommitNotGiven(PlannedRepo repo, PlannedRef wanted) => new(
        RunReason.CommitGone,
        $"{Describe(repo)} has no commit {wanted.Commit}, or does not give it by its id"
            + $"{(repo.Branch.Length == 0 ? "" : $" and it is not in branch {repo.Branch}")}.");

    public static StepResult.Failed Conflict(
        PlannedRepo repo, PlannedRef merged, IReadOnlyList<string> files) => new(
            RunReason.MergeConflict,
            $"Merging {merged.Label} into {repo.Base.Label} of {Describe(repo)} conflicts in "
                + $"{string.Join(", ", files.Take(20))}{(files.Count > 20 ? $" and {files.Count - 20} more files" : "")}.");

    private static string Subject(PlannedRepo repo, string label) => $"Fetching {label} of {Describe(repo)}";

    private static string Describe(PlannedRepo repo)
    {
        var address = RepoAddress.Of(repo);
        var name = string.IsNullOrEmpty(repo.Namespace) ? repo.Name : $"{repo.Namespace}/{repo.Name}";
        return address.IsFile ? $"{name} ({repo.Url})" : $"{name} on {address.Host}";
    }

    private static string LastWords(string said)
    {
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var telling = lines.LastOrDefault(static line => line.StartsWith("fatal:") || line.StartsWith("error:"))
            ?? lines.LastOrDefault();
        return telling is null ? "git said nothing." : telling.EndsWith('.') ? telling : telling + ".";
    }
}
