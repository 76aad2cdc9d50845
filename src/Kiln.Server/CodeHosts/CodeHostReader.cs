using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.CodeHosts;

/// <summary>Reads a code host's body.</summary>
internal sealed class CodeHostReader(SecretVault vault)
{
    private static readonly string[] SecretFields = ["token", "password", "ssh_key"];

    public Draft<CodeHost> Read(BodyObject body, IReadOnlyList<string> projects)
    {
        var name = NameRules.Read(body, "name");
        return new(KnownProjects.Read(body, Presence.Optional, projects), name, Value(body, name, "", ""));
    }

    /// <summary>Reads a replacement; the name stays.</summary>
    public CodeHost Read(BodyObject body, CodeHost current)
    {
        if (body.Has("name") && body.Text("name", Presence.Filled).Trim() != current.Name)
        {
            body.Refuse("name", $"A code host cannot be renamed; its name is \"{current.Name}\".");
        }
        return Value(body, current.Name, current.AuthType, current.Secret);
    }

    private CodeHost Value(BodyObject body, string name, string currentAuth, string currentSecret)
    {
        var type = body.Word("type", Presence.Filled, "other",
            "github", "gitlab", "gitee", "gitee-enterprise", "gerrit", "codehub", "other");
        var auth = body.Word("auth_type", Presence.Optional, "none", "none", "token", "password", "ssh_key");
        return new CodeHost
        {
            Name = name,
            Type = type,
            Address = Address(body, type, auth),
            AuthType = auth,
            Username = body.Text("username", auth == "password" ? Presence.Filled : Presence.Optional),
            Secret = Secret(body, auth, auth == currentAuth ? currentSecret : ""),
            KnownHosts = KnownHosts(body),
            VerifyTls = body.Flag("verify_tls", fallback: true),
            Description = body.Text("description", Presence.Optional),
        };
    }

    private string Secret(BodyObject body, string auth, string current)
    {
        foreach (var other in SecretFields.Where(field => field != auth && body.Has(field) && body.Text(field, Presence.Optional).Length > 0))
        {
            body.Refuse(other, $"Does not belong to auth_type {auth}; leave it out.");
        }
        return auth == "none" ? "" : SecretField.Read(body, auth, Presence.Filled, current, vault);
    }

    private static string Address(BodyObject body, string type, string auth)
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

    private static string KnownHosts(BodyObject body)
    {
        var text = body.Text("known_hosts", Presence.Optional);
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.FirstOrDefault(line => line[0] != '#' && line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length < 3) is { } odd)
        {
            body.Refuse("known_hosts", $"\"{Quoted.Short(odd)}\" is not a line of a known_hosts file (ssh-keyscan prints such lines).");
        }
        return text;
    }
}
