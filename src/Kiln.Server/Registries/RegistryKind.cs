using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.Registries;

/// <summary>Image registries in the API; the name is address and namespace.</summary>
internal sealed class RegistryKind(RegistryStore store, SecretVault vault) : CatalogueKind<Registry>(store)
{
    public override CatalogueAddress Address { get; } = new("registry", "/openapi/system/registry", Items: "")
    {
        Key = CatalogueKey.IdOrName,
        IdField = "registry_id",
        NameField = "address",
    };

    public override ValueTask<DefinitionReader<Registry>> ReaderAsync(Caller caller, CancellationToken cancellationToken) => new(Read);

    public override Registry MapSecrets(Registry value, Func<string, string> change) =>
        value with { SecretKey = SecretField.Map(value.SecretKey, change) };

    public override Task SettleAsync(
        Stored<Registry>? before, Stored<Registry>? after, string by, CancellationToken cancellationToken) =>
        after is { Value.IsDefault: true }
            ? Store.KeepOneAsync(
                after, other => other.IsDefault, other => other with { IsDefault = false }, by, cancellationToken)
            : Task.CompletedTask;

    private Draft<Registry> Read(BodyObject body, Registry? current)
    {
        var address = RegistryAddress(body);
        var path = body.Text("namespace", Presence.Optional).Trim('/');
        var accessKey = body.Text("access_key", Presence.Optional);
        return new($"{address}/{path}".TrimEnd('/'), new Registry
        {
            Address = address,
            Provider = body.Text("provider", Presence.Optional, "native"),
            Namespace = path,
            IsDefault = body.Flag("is_default", fallback: false),
            AccessKey = accessKey,
            SecretKey = SecretField.Read(
                body, "secret_key", accessKey.Length > 0 ? Presence.Filled : Presence.Optional, current?.SecretKey ?? "", vault),
            EnableTls = body.Flag("enable_tls", fallback: true),
            Region = body.Text("region", Presence.Optional),
            TlsCert = PemText.Read(body, "tls_cert"),
        });
    }

    private static string RegistryAddress(BodyObject body)
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
