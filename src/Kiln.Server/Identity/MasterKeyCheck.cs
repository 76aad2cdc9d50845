using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Identity;

/// <summary>
/// Finds a wrong master key at the start instead of at the first secret: the first start seals a known text, every later one
/// opens it.
/// </summary>
internal sealed class MasterKeyCheck(SecretVault vault, DocumentStore documents) : IHostedService
{
    public const string Kind = "master_key_check";
    public const string Name = "sealed";

    /// <exception cref="MasterKeyException">The data was sealed under another key.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await documents.GetAsync(Kind, "", Name, cancellationToken) is not { } check)
        {
            var text = new JsonObject { ["sealed"] = vault.Seal(Kind) };
            await documents.CreateAsync(Kind, "", Name, text.ToJsonString(), "system", cancellationToken);
            return;
        }
        using var stored = JsonDocument.Parse(check.Json);
        try
        {
            vault.Unseal(stored.RootElement.GetProperty("sealed").GetString()!);
        }
        catch (CryptographicException wrong)
        {
            throw new MasterKeyException(
                $"The master key is not the one of this data: {wrong.Message} Give the right one with --master-key-file or "
                + "KILN_MASTER_KEY, or put master.key back into the data directory; without it stored secrets are lost. (After an interrupted "
                + $"kiln-server {MasterKeyChange.Command}: run that command again.)", wrong);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
