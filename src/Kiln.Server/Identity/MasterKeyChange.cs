using System.Security.Cryptography;
using System.Text.Json;
using Kiln.Disk;
using Kiln.Server.Settings;
using Kiln.Server.Storage;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Identity;

/// <summary>
/// <c>kiln-server rotate-master-key</c>, while no server runs: the new key is written beside the old one first, then everything
/// is sealed for it in one transaction, then it takes the old one's place. Told again after a crash, it goes on where it was.
/// </summary>
internal static class MasterKeyChange
{
    /// <summary>The command's word.</summary>
    public const string Command = "rotate-master-key";

    /// <summary>Changes the key; a sentence for the operator.</summary>
    /// <exception cref="MasterKeyException">It cannot be changed; nothing was.</exception>
    public static async Task<string> RunAsync(
        KilnOptions options, DataDirectory data, Database database, CancellationToken cancellationToken)
    {
        if (options.MasterKey is not null)
        {
            throw new MasterKeyException(
                "The master key comes from a setting, so this command cannot put another in its place. Start it with the key in "
                + $"{data.MasterKeyFile} and without KILN_MASTER_KEY and KILN_MASTER_KEY_FILE, then give the new content of that file to the setting.");
        }
        var aside = $"{data.MasterKeyFile}.next";
        var old = MasterKey.Load(options, data);
        var fresh = data.ReadOrMake(aside, static () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(MasterKey.Bytes)));
        var (current, next) = (new SecretVault(old), new SecretVault(
            MasterKey.Parse(fresh) ?? throw new MasterKeyException($"{aside} does not hold {MasterKey.Bytes} bytes in base64; remove it.")));
        var secrets = await IsDoneAsync(database, next, cancellationToken)
            ? 0
            : await MasterKeyRotation.RunAsync(database, current, next, cancellationToken);
        DurableFile.Place(aside, data.MasterKeyFile);
        return $"{secrets} secrets are sealed under a new master key, which is in {data.MasterKeyFile}. Backups from before need the old key.\n";
    }

    // What every server seals at its first start tells which key the data is under.
    private static async Task<bool> IsDoneAsync(Database database, SecretVault next, CancellationToken cancellationToken)
    {
        if (await new DocumentStore(database, TimeProvider.System).GetAsync(MasterKeyCheck.Kind, "", MasterKeyCheck.Name, cancellationToken)
            is not { } check)
        {
            return false;
        }
        using var stored = JsonDocument.Parse(check.Json);
        try
        {
            next.Unseal(stored.RootElement.GetProperty("sealed").GetString()!);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
