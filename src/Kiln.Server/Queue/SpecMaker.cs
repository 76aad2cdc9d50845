using System.Security.Cryptography;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Identity;
using Kiln.Server.Runs;
using Kiln.Server.Settings;

namespace Kiln.Server.Queue;

/// <summary>Makes what goes over the wire for a lease: the plan and its secrets, opened now and kept nowhere.</summary>
public sealed class SpecMaker(SecretVault vault, RunTokens tokens, KilnOptions options)
{
    /// <summary>The lease.</summary>
    /// <exception cref="CryptographicException">A secret cannot be opened with this server's master key.</exception>
    internal Lease Make(LeaseMaterial material)
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (reference, sealedText) in RunsJson.ReadSecrets(material.Secrets))
        {
            secrets[reference] = vault.Unseal(sealedText);
        }
        return new Lease(material.Key, tokens.Issue(material.Key), new RunSpec
        {
            RunId = material.Key.RunId,
            Attempt = material.Key.Attempt,
            ContinuesAttempt = material.Continues,
            Plan = RunsJson.ReadPlan(material.Plan),
            Secrets = secrets,
            GraceSeconds = (int)options.Grace.TotalSeconds,
        });
    }
}
