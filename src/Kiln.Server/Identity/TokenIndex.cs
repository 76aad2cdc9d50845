using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Kiln.Server.Identity;

/// <summary>The tokens that are valid now, in memory, by hash. Safe for concurrent use.</summary>
public sealed class TokenIndex
{
    private readonly ConcurrentDictionary<ulong, Entry> _byPrefix = new();

    /// <summary>Makes a token valid.</summary>
    public void Add(byte[] hash, Caller caller) => _byPrefix[Prefix(hash)] = new Entry(hash, caller);

    /// <summary>Makes a token invalid, from the next request on.</summary>
    public void Remove(byte[] hash) => _byPrefix.TryRemove(Prefix(hash), out _);

    /// <summary>Who presents this token; <c>null</c> when it is not valid.</summary>
    /// <remarks>Timing tells at most about bits of the hash, which lead nowhere; the comparison that decides is
    /// constant-time.</remarks>
    public Caller? Find(string token)
    {
        var hash = TokenHash.Of(token);
        return _byPrefix.TryGetValue(Prefix(hash), out var entry) && CryptographicOperations.FixedTimeEquals(entry.Hash, hash)
            ? entry.Caller
            : null;
    }

    private static ulong Prefix(byte[] hash) => BitConverter.ToUInt64(hash);

    private sealed record Entry(byte[] Hash, Caller Caller);
}
