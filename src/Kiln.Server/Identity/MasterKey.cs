using System.Security.Cryptography;
using Kiln.Server.Settings;

namespace Kiln.Server.Identity;

/// <summary>Where the master key comes from: settings, else a file in the data directory made at the first start.</summary>
public static class MasterKey
{
    /// <summary>Length of the key.</summary>
    public const int Bytes = 32;

    /// <summary>The key of this server.</summary>
    public static byte[] Load(KilnOptions options, DataDirectory data) =>
        options.MasterKey is { } given ? Parse(given)! : Parse(data.ReadOrMake(data.MasterKeyFile, NewText))
            ?? throw new MasterKeyException($"{data.MasterKeyFile} does not hold {Bytes} bytes in base64; put back the file that was there.");

    /// <summary>Reads base64 text; <c>null</c> when it is not 32 bytes.</summary>
    public static byte[]? Parse(string text)
    {
        var key = new byte[Bytes + 1];
        return Convert.TryFromBase64String(text.Trim(), key, out var length) && length == Bytes ? key[..Bytes] : null;
    }

    private static string NewText() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));
}

/// <summary>The master key is not the one of this server's data; the message tells the user what to do.</summary>
public sealed class MasterKeyException : Exception
{
    public MasterKeyException(string message)
        : base(message) { }

    public MasterKeyException(string message, Exception cause)
        : base(message, cause) { }
}
