using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Rules;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;
using Kiln.Server.Planning;

namespace Kiln.Server.Variables;

/// <summary>Variables and shared credentials in the API. Without <c>projectKey</c> they are every project's.</summary>
internal sealed class VariableKind(VariableStore store, SecretVault vault) : CatalogueKind<Variable>(store)
{
    public override CatalogueAddress Address { get; } = new("variable", "/openapi/variables", "variables")
    {
        Scope = ProjectScope.Optional,
        NameField = "key",
    };

    public override ValueTask<DefinitionReader<Variable>> ReaderAsync(Caller caller, CancellationToken cancellationToken) => new(Read);

    public override Variable MapSecrets(Variable value, Func<string, string> change) =>
        value.IsCredential ? value with { Value = SecretField.Map(value.Value, change) } : value;

    public override IReadOnlyList<string> Warnings(Variable value) =>
        value is { IsCredential: true, Value.Length: > 0 } && Credential.IsTooCommon(vault.Unseal(value.Value))
            ? [Credential.Warning(value.Key)]
            : [];

    private Draft<Variable> Read(BodyObject body, Variable? current)
    {
        var key = current is not null && !body.Has("key") ? current.Key : body.Text("key", Presence.Filled).Trim();
        if (key.Length > 0 && !Identifier.IsValid(key))
        {
            body.Refuse("key", $"Cannot be a variable's name; {Identifier.Rule}.");
        }
        else if (BuiltInVariables.Contains(key))
        {
            body.Refuse("key", $"{key} is a built-in variable; choose another name.");
        }
        var isCredential = body.Flag("is_credential", fallback: false);
        var stored = current is { IsCredential: true } ? current.Value : "";
        if (!isCredential && body.Has("value") && stored.Length > 0 && body.Text("value", Presence.Optional) == SecretField.Mask)
        {
            body.Refuse("is_credential", "Must stay true while the value stays what it is; send the value itself to make it public.");
        }
        return new(key, new Variable
        {
            Key = key,
            Value = isCredential
                ? SecretField.Read(body, "value", Presence.Present, stored, vault)
                : body.Text("value", Presence.Present),
            IsCredential = isCredential,
            Description = body.Text("description", Presence.Optional),
        });
    }
}
