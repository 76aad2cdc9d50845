using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.Registries;

/// <summary>Reads a registry's body.</summary>
internal sealed class RegistryReader(SecretVault vault)
{
    public Draft<Registry> Read(BodyObject body)
    {
        var registry = Value(body, secretKey: "");
        return new("", $"{registry.Address}/{registry.Namespace}".TrimEnd('/'), registry);
    }

    /// <summary>Reads a replacement; address and namespace stay.</summary>
    public Registry Read(BodyObject body, Registry current)
    {
        var registry = Value(body, current.SecretKey);
        if (registry.Address != current.Address || registry.Namespace != current.Namespace)
        {
            body.Refuse("address", $"Address and namespace of a registry cannot be changed ({current.Address}/{current.Namespace}); add another one.");
        }
        return registry;
    }

    private Registry Value(BodyObject body, string secretKey)
    {
        var accessKey = body.Text("access_key", Presence.Optional);
        return new Registry
        {
            Address = Address(body),
            Provider = body.Text("provider", Presence.Optional, "native"),
            Namespace = body.Text("namespace", Presence.Optional).Trim('/'),
            IsDefault = body.Flag("is_default", fallback: false),
            AccessKey = accessKey,
            SecretKey = SecretField.Read(
                body, "secret_key", accessKey.Length > 0 ? Presence.Filled : Presence.Optional, secretKey, vault),
            EnableTls = body.Flag("enable_tls", fallback: true),
            Region = body.Text("region", Presence.Optional),
            TlsCert = body.Text("tls_cert", Presence.Optional),
        };
    }

    private static string Address(BodyObject body)
    {
        var text = body.Text("address", Presence.Filled).Trim().TrimEnd('/');
        var url = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (text.Length > 0 && !(Uri.TryCreate(url, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.AbsolutePath == "/"))
        {
            body.Refuse("address", "Must be a host, or an http or https URL without a path, for example registry.example.com:5000.");
        }
        return text;
    }
}
