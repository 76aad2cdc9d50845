using System.Text;

namespace Kiln.Server.Planning;

/// <summary>The mask of credentials, and which ones masking cannot protect.</summary>
public static class Credential
{
    public const string Mask = "********";

    /// <summary>True for a value that is never masked in a log: masking it would shred the log.</summary>
    public static bool IsTooCommon(string value) =>
        value.Length > 0 && (Encoding.UTF8.GetByteCount(value) < 4 || value is "true" or "false");

    /// <summary>What to say about such a value.</summary>
    public static string Warning(string key) =>
        $"The credential {key} is too short or too common to be masked in logs; choose a value of 4 bytes or more.";
}
