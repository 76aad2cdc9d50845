using System.Globalization;
using Kiln.Contracts.Plans;

namespace Kiln.Server.Queue.Commits;

/// <summary>A repository as git reaches it. Two of them that are equal are asked together.</summary>
/// <param name="Name">Name and code host, for people.</param>
/// <param name="Url">Without credentials.</param>
/// <param name="Login">How to authenticate; <c>null</c> = anonymous.</param>
/// <param name="VerifyTls">False only when the code host says so.</param>
/// <param name="TlsCa">Certificates in PEM to trust beside the machine's own; may be empty.</param>
/// <param name="Proxy">URL of its proxy; empty = the machine's.</param>
internal sealed record RemoteRepo(string Name, string Url, RemoteLogin? Login, bool VerifyTls, string TlsCa, string Proxy)
{
    public static RemoteRepo Of(PlannedRepo repo, RemoteLogin? login) =>
        new(Describe(repo), repo.Url, login, repo.VerifyTls, repo.TlsCa, repo.Proxy);

    /// <summary>A repository for people.</summary>
    public static string Describe(PlannedRepo repo) =>
        $"repository {repo.Namespace}/{repo.Name} on {repo.CodeHost} ({repo.Url})";
}

/// <summary>A login in clear, for as long as a lookup takes.</summary>
/// <param name="Kind"><c>basic</c> or <c>ssh_key</c>.</param>
/// <param name="Username">For <c>basic</c>.</param>
/// <param name="Secret">Password, token or private key.</param>
/// <param name="KnownHosts">Pinned host keys; empty = the server's own known_hosts.</param>
internal sealed record RemoteLogin(string Kind, string Username, string Secret, string KnownHosts)
{
    public override string ToString() => $"{Kind} ********";
}

/// <summary>What a repository answered.</summary>
internal abstract record RemoteAnswer
{
    private RemoteAnswer() { }

    /// <summary>Commits by full ref, annotated tags peeled; refs it does not have are absent.</summary>
    public sealed record Refs(IReadOnlyDictionary<string, string> Commits) : RemoteAnswer
    {
        /// <summary>The ref, or of one that ends in <c>/*</c> the one with the highest number; <c>null</c> = it is not there.</summary>
        public PlannedRef? Find(string wanted)
        {
            if (!wanted.EndsWith("/*", StringComparison.Ordinal))
            {
                return Commits.TryGetValue(wanted, out var commit) ? new PlannedRef(wanted, commit, wanted) : null;
            }
            var numbered = Commits.Keys
                .Where(name => name.StartsWith(wanted[..^1], StringComparison.Ordinal))
                .Select(name => (Name: name, IsNumber: int.TryParse(
                    name.AsSpan(wanted.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number), number))
                .Where(static candidate => candidate.IsNumber)
                .ToList();
            if (numbered.Count == 0)
            {
                return null;
            }
            var (last, _, _) = numbered.MaxBy(static candidate => candidate.number);
            return new PlannedRef(last, Commits[last], last);
        }
    }

    /// <summary>It could not be asked.</summary>
    public sealed record Failed(string Reason, string Message) : RemoteAnswer;
}
