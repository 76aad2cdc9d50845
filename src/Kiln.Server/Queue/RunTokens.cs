using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Kiln.Contracts.Protocol;
using Kiln.Server.Identity;

namespace Kiln.Server.Queue;

/// <summary>
/// Tokens of leases: an HMAC over the lease's key under a key of the server, so none is stored and one says nothing about
/// another. It dies with its fence: the calls it opens check that too.
/// </summary>
public sealed class RunTokens(SecretVault vault)
{
    private readonly byte[] _key = vault.DeriveKey("run-token");

    /// <summary>The token of a lease; always the same one.</summary>
    public string Issue(LeaseKey key)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes($"{key.RunId}|{key.Attempt}|{key.Fence}"), mac);
        return Base64Url.EncodeToString(mac);
    }

    /// <summary>Whether a request has the lease's token.</summary>
    public bool Accepts(LeaseKey key, HttpRequest request) =>
        BearerAuthentication.Token(request) is { } token && Accepts(key, token);

    /// <summary>Whether <paramref name="token"/> is the lease's; takes the same time whatever is wrong in it.</summary>
    public bool Accepts(LeaseKey key, string token) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Issue(key)), Encoding.UTF8.GetBytes(token));
}
