using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Kiln.Server.Identity;

/// <summary>
/// Envelope encryption of secrets at rest: each has its own AES-256-GCM data key, wrapped by the master key. Sealed
/// text is <c>kiln1.&lt;master key id&gt;.&lt;wrapped data key&gt;.&lt;secret&gt;</c>: opaque, self-describing, and a
/// change of the master key only has to wrap the data keys anew. Safe for concurrent use.
/// </summary>
public sealed class SecretVault
{
    private const string Scheme = "kiln1";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly byte[] _masterKey;
    private readonly string _keyId;

    /// <param name="masterKey">32 bytes.</param>
    public SecretVault(ReadOnlySpan<byte> masterKey)
    {
        if (masterKey.Length != MasterKey.Bytes)
        {
            throw new ArgumentException($"A master key has {MasterKey.Bytes} bytes.", nameof(masterKey));
        }
        _masterKey = masterKey.ToArray();
        _keyId = Convert.ToHexStringLower(SHA256.HashData(_masterKey).AsSpan(0, 4));
    }

    /// <summary>Seals a secret. Sealing the same text twice gives two different sealed texts.</summary>
    public string Seal(string secret)
    {
        Span<byte> dataKey = stackalloc byte[MasterKey.Bytes];
        RandomNumberGenerator.Fill(dataKey);
        var wrapped = Encrypt(_masterKey, dataKey);
        var content = Encrypt(dataKey, Encoding.UTF8.GetBytes(secret));
        CryptographicOperations.ZeroMemory(dataKey);
        return $"{Scheme}.{_keyId}.{Base64Url.EncodeToString(wrapped)}.{Base64Url.EncodeToString(content)}";
    }

    /// <summary>Opens sealed text.</summary>
    /// <exception cref="CryptographicException">It was sealed under another master key, or is damaged.</exception>
    public string Unseal(string sealedText)
    {
        var parts = sealedText.Split('.');
        if (parts is not [Scheme, var keyId, var wrapped, var content])
        {
            throw new CryptographicException("This is not a sealed secret.");
        }
        if (keyId != _keyId)
        {
            throw new CryptographicException(
                $"This secret was sealed under the master key {keyId}; the server runs with {_keyId}.");
        }
        var dataKey = Decrypt(_masterKey, Base64Url.DecodeFromChars(wrapped));
        return Encoding.UTF8.GetString(Decrypt(dataKey, Base64Url.DecodeFromChars(content)));
    }

    /// <summary>The same secret sealed for another master key: only its data key is wrapped anew.</summary>
    /// <exception cref="CryptographicException">It was sealed under another master key, or is damaged.</exception>
    public string Rewrap(string sealedText, SecretVault next)
    {
        if (sealedText.Split('.') is not [Scheme, var keyId, var wrapped, var content] || keyId != _keyId)
        {
            throw new CryptographicException("This secret was not sealed under this master key.");
        }
        var dataKey = Decrypt(_masterKey, Base64Url.DecodeFromChars(wrapped));
        var rewrapped = Encrypt(next._masterKey, dataKey);
        CryptographicOperations.ZeroMemory(dataKey);
        return $"{Scheme}.{next._keyId}.{Base64Url.EncodeToString(rewrapped)}.{content}";
    }

    /// <summary>32 bytes for one purpose (for example signing run tokens), the same at every start under one master key.</summary>
    public byte[] DeriveKey(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _masterKey, MasterKey.Bytes, info: Encoding.UTF8.GetBytes($"kiln/{purpose}"));

    private static byte[] Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain)
    {
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes));
        return box;
    }

    private static byte[] Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box)
    {
        if (box.Length < NonceBytes + TagBytes)
        {
            throw new CryptographicException("This sealed secret is damaged.");
        }
        var plain = new byte[box.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(box[..NonceBytes], box[(NonceBytes + TagBytes)..], box.Slice(NonceBytes, TagBytes), plain);
        return plain;
    }
}
