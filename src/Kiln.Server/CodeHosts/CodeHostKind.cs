using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.CodeHosts;

/// <summary>Code hosts in the API. Without <c>projectKey</c> they are the system's.</summary>
internal sealed class CodeHostKind(CodeHostStore store, SecretVault vault) : CatalogueKind<CodeHost>(store)
{
    private static readonly string[] SecretFields = ["token", "password", "ssh_key"];

    public override CatalogueAddress Address { get; } =
        new("code host", "/openapi/system/codehosts", "codehosts") { Scope = ProjectScope.Optional };

    public override ValueTask<DefinitionReader<CodeHost>> ReaderAsync(Caller caller, CancellationToken cancellationToken) => new(Read);

    public override CodeHost MapSecrets(CodeHost value, Func<string, string> change) => value with
    {
        Token = SecretField.Map(value.Token, change),
        Password = SecretField.Map(value.Password, change),
        SshKey = SecretField.Map(value.SshKey, change),
    };

    private Draft<CodeHost> Read(BodyObject body, CodeHost? current)
    {
        var name = NameRules.Read(body, "name", current?.Name);
        var type = body.Word("type", Presence.Filled, "other",
            "github", "gitlab", "gitee", "gitee-enterprise", "gerrit", "codehub", "other");
        var auth = body.Word("auth_type", Presence.Optional, "none", "none", "token", "password", "ssh_key");
        var secret = Secret(body, auth, auth == current?.AuthType ? current.Secret : "");
        return new(name, new CodeHost
        {
            Name = name,
            Type = type,
            Address = CodeHostAddress.Read(body, type, auth),
            AuthType = auth,
            Username = body.Text("username", auth == "password" ? Presence.Filled : Presence.Optional),
            Token = auth == "token" ? secret : "",
            Password = auth == "password" ? secret : "",
            SshKey = auth == "ssh_key" ? secret : "",
            KnownHosts = KnownHosts(body),
            VerifyTls = body.Flag("verify_tls", fallback: true),
            TlsCa = PemText.Read(body, "tls_ca"),
            Proxy = CodeHostAddress.Proxy(body),
            Description = body.Text("description", Presence.Optional),
        });
    }

    private string Secret(BodyObject body, string auth, string current)
    {
        foreach (var other in SecretFields.Where(field => field != auth && body.Has(field) && body.Text(field, Presence.Optional).Length > 0))
        {
            body.Refuse(other, $"Does not belong to auth_type {auth}; leave it out.");
        }
        return auth == "none" ? "" : SecretField.Read(body, auth, Presence.Filled, current, vault);
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
