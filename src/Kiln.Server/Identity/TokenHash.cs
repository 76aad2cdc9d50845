using System.Security.Cryptography;
using System.Text;

namespace Kiln.Server.Identity;

/// <summary>SHA-256 of a token: all that is kept of it. Tokens are random, so they need no salt and no slow hash.</summary>
public static class TokenHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    /// <summary>Hash of a token.</summary>
    public static byte[] Of(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>A new token: 256 random bits behind a prefix that secret scanners can know.</summary>
    public static string NewToken(TokenKind kind) =>
        $"kiln_{kind.Word()}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}";
}
