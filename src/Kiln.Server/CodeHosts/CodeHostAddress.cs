using Kiln.Server.Bodies;

namespace Kiln.Server.CodeHosts;

/// <summary>Where a code host is, and the proxy on the way to it.</summary>
internal static class CodeHostAddress
{
    /// <summary>Reads <c>address</c>; the public sites need none.</summary>
    public static string Read(BodyObject body, string type, string auth)
    {
        var known = type switch
        {
            "github" => "https://github.com",
            "gitlab" => "https://gitlab.com",
            "gitee" => "https://gitee.com",
            _ => null,
        };
        var text = body.Text("address", known is null ? Presence.Filled : Presence.Optional, known ?? "").Trim().TrimEnd('/');
        if (text.Length == 0)
        {
            return known ?? "";
        }
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https" or "ssh" or "file")
            || address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            body.Refuse("address", "Must be an http, https, ssh or file URL without query and fragment, for example https://git.example.com.");
            return "";
        }
        if (address.UserInfo.Length > 0 && (address.Scheme != "ssh" || address.UserInfo.Contains(':', StringComparison.Ordinal)))
        {
            body.Refuse("address", "Must not carry a password or user; give them as auth_type, username and token or password.");
        }
        if ((auth == "ssh_key" && address.Scheme != "ssh") || (auth is "token" or "password" && address.Scheme is "ssh" or "file"))
        {
            body.Refuse("auth_type", $"{auth} does not work with the {address.Scheme} address.");
        }
        return text;
    }

    /// <summary>Reads <c>proxy</c>; empty = none.</summary>
    public static string Proxy(BodyObject body)
    {
        var text = body.Text("proxy", Presence.Optional).Trim().TrimEnd('/');
        if (text.Length > 0 && !(Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https" or "socks5" && url.UserInfo.Length == 0))
        {
            body.Refuse("proxy", "Must be an http, https or socks5 URL without user and password, for example http://proxy.example.com:3128.");
        }
        return text;
    }
}
