using Kiln.Contracts.Builds;
using Kiln.Server.Builds;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;
using Kiln.Server.Planning;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.BuildTemplates;

/// <summary>Build templates; credentials in them are sealed.</summary>
public sealed class BuildTemplateStore(DocumentStore documents, SecretVault vault)
    : DefinitionStore<BuildTemplate>(documents, "buildtemplate", BuildJson.Readable.BuildTemplate)
{
    /// <summary>The template as it is stored.</summary>
    public BuildTemplate Seal(BuildTemplate template) => Credentials.Map(template, vault.Seal);

    /// <summary>The template with its credentials in clear.</summary>
    public BuildTemplate Open(BuildTemplate template) => Credentials.Map(template, vault.Unseal);

    /// <summary>Templates of a snapshot by their names (<c>null</c> = all), credentials in clear.</summary>
    public async ValueTask<IReadOnlyList<Stored<BuildTemplate>>> OpenedAsync(
        DocumentReads reads, IReadOnlyCollection<string>? names) =>
        [.. (await NamedAsync(reads, "", names)).Select(stored => stored with { Value = Open(stored.Value) })];

    protected override IEnumerable<string> References(BuildTemplate value) => BuildReferences.Of(value);
}
