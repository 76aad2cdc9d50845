namespace Kiln.Server.Queue.Commits;

/// <summary>A repository as git reaches it. Two of them that are equal are asked together.</summary>
/// <param name="Name">Name and code host, for people.</param>
/// <param name="Url">Without credentials.</param>
/// <param name="Login">How to authenticate; <c>null</c> = anonymous.</param>
/// <param name="VerifyTls">False only when the code host says so.</param>
internal sealed record RemoteRepo(string Name, string Url, RemoteLogin? Login, bool VerifyTls);

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
    public sealed record Refs(IReadOnlyDictionary<string, string> Commits) : RemoteAnswer;

    /// <summary>It could not be asked.</summary>
    public sealed record Failed(string Reason, string Message) : RemoteAnswer;
}
