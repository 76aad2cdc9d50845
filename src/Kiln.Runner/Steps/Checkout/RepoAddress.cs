using Kiln.Contracts.Plans;

namespace Kiln.Runner.Steps.Checkout;

/// <summary>Where a repository is, for people and for matching credentials.</summary>
/// <param name="Host">Host, with its port when that is not the scheme's own; <c>this host</c> for files.</param>
/// <param name="Prefix">Scheme and authority, empty unless http(s).</param>
/// <param name="IsFile">True when it is read from the host's own file system.</param>
internal sealed record RepoAddress(string Host, string Prefix, bool IsFile)
{
    /// <summary>Raw forms: <c>https://git.example.com:8443/a/b.git</c>, <c>ssh://git@host/a/b.git</c>,
    /// <c>git@host:a/b.git</c>, <c>file:///srv/git/b.git</c>, <c>/srv/git/b.git</c>.</summary>
    public static RepoAddress Of(PlannedRepo repo)
    {
        if (Uri.TryCreate(repo.Url, UriKind.Absolute, out var uri))
        {
            return uri.Scheme == Uri.UriSchemeFile
                ? new("this host", "", IsFile: true)
                : new(uri.Authority, uri.Scheme is "http" or "https" ? $"{uri.Scheme}://{uri.Authority}" : "", IsFile: false);
        }
        var colon = repo.Url.IndexOf(':');
        return colon < 0 || repo.Url[..colon].Contains('/')
            ? new("this host", "", IsFile: true)
            : new(repo.Url[(repo.Url.IndexOf('@') + 1)..colon], "", IsFile: false);
    }
}
