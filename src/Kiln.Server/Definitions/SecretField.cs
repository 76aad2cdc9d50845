using Kiln.Server.Bodies;
using Kiln.Server.Identity;

namespace Kiln.Server.Definitions;

/// <summary>Secrets in definitions: sealed when they come in, masked when they go out.</summary>
public static class SecretField
{
    /// <summary>What stands for a secret in every answer; sent back, it keeps the stored value.</summary>
    public const string Mask = "********";

    /// <summary>Reads a secret and seals it.</summary>
    /// <param name="current">The sealed value there is; empty = none.</param>
    public static string Read(BodyObject body, string field, Presence presence, string current, SecretVault vault)
    {
        switch (body.Text(field, presence))
        {
            case "":
                return "";
            case Mask when current.Length > 0:
                return current;
            case Mask:
                body.Refuse(field, $"\"{Mask}\" keeps a stored value, and none is stored; send the value itself.");
                return "";
            case var secret:
                return vault.Seal(secret);
        }
    }

    /// <summary>A secret with <paramref name="change"/> applied, unless it is empty.</summary>
    public static string Map(string secret, Func<string, string> change) => secret.Length == 0 ? "" : change(secret);
}
