using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.ObjectStorages;

/// <summary>Object storages in the API.</summary>
internal sealed class ObjectStorageKind(ObjectStorageStore store, SecretVault vault) : CatalogueKind<ObjectStorage>(store)
{
    public override CatalogueAddress Address { get; } =
        new("object storage", "/openapi/system/object-storages", "object_storages");

    public override ValueTask<DefinitionReader<ObjectStorage>> ReaderAsync(Caller caller, CancellationToken cancellationToken) => new(Read);

    public override ObjectStorage MapSecrets(ObjectStorage value, Func<string, string> change) =>
        value with { Sk = SecretField.Map(value.Sk, change) };

    public override Task SettleAsync(
        Stored<ObjectStorage>? before, Stored<ObjectStorage>? after, string by, CancellationToken cancellationToken) =>
        after is { Value.IsDefault: true }
            ? Store.KeepOneAsync(
                after, other => other.IsDefault, other => other with { IsDefault = false }, by, cancellationToken)
            : Task.CompletedTask;

    private Draft<ObjectStorage> Read(BodyObject body, ObjectStorage? current)
    {
        var name = NameRules.Read(body, "name", current?.Name);
        return new(name, new ObjectStorage
        {
            Name = name,
            Endpoint = Endpoint(body),
            Bucket = body.Text("bucket", Presence.Filled).Trim(),
            Subfolder = body.Text("subfolder", Presence.Optional).Trim('/'),
            Region = body.Text("region", Presence.Optional),
            Ak = body.Text("ak", Presence.Filled),
            Sk = SecretField.Read(body, "sk", Presence.Filled, current?.Sk ?? "", vault),
            Insecure = body.Flag("insecure", fallback: false),
            IsDefault = body.Flag("is_default", fallback: false),
        });
    }

    private static string Endpoint(BodyObject body)
    {
        var text = body.Text("endpoint", Presence.Filled).Trim().TrimEnd('/');
        var url = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (text.Length > 0 && !(Uri.TryCreate(url, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.Query.Length == 0))
        {
            body.Refuse("endpoint", "Must be a host, or an http or https URL, for example s3.example.com:9000.");
        }
        return text;
    }
}
