namespace Kiln.Server.Planning;

/// <summary>Where a repository is fetched from.</summary>
public static class RepoAddress
{
    /// <summary>The address without credentials: http(s), ssh or file, by the code host's own.</summary>
    public static string Of(CatalogueCodeHost host, string owner, string name)
    {
        var root = Root(host);
        var path = string.Join('/', $"{owner}/{name}".Split('/').Select(Uri.EscapeDataString));
        if (root.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            // Git itself looks for name, name/.git and name.git there.
            return $"{root}/{path}";
        }
        if (host.Type == "gerrit")
        {
            var repo = Uri.EscapeDataString(name);
            return host.Auth == CodeHostAuth.Password ? $"{root}/a/{repo}" : $"{root}/{repo}";
        }
        return path.EndsWith(".git", StringComparison.Ordinal) ? $"{root}/{path}" : $"{root}/{path}.git";
    }

    private static string Root(CatalogueCodeHost host)
    {
        var address = host.Address.Trim().TrimEnd('/');
        if (address.StartsWith('/'))
        {
            return "file://" + address;
        }
        if (!address.Contains("://", StringComparison.Ordinal))
        {
            // Without a scheme: user@host as ssh writes it, else a web address.
            return address.Contains('@') ? "ssh://" + address.TrimEnd(':') : "https://" + address;
        }
        return host.Auth == CodeHostAuth.SshKey
            && Uri.TryCreate(address, UriKind.Absolute, out var web) && web is { Scheme: "http" or "https" }
            ? $"ssh://git@{web.Host}"
            : address;
    }
}
