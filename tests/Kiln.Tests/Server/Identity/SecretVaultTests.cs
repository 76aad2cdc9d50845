using System.Security.Cryptography;
using Kiln.Server.Identity;

namespace Kiln.Tests.Server.Identity;

public sealed class SecretVaultTests
{
    private readonly SecretVault _vault = new(RandomNumberGenerator.GetBytes(32));

    [Theory]
    [InlineData("")]
    [InlineData("p@ss 密码 \n second line")]
    public void A_sealed_secret_opens_to_itself_and_does_not_show_it(string secret)
    {
        var box = _vault.Seal(secret);

        Assert.Equal(secret, _vault.Unseal(box));
        Assert.NotEqual(box, _vault.Seal(secret));
        Assert.DoesNotContain("p@ss", box, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_master_key_is_told_apart_from_damage()
    {
        var box = _vault.Seal("secret");
        var other = new SecretVault(RandomNumberGenerator.GetBytes(32));

        Assert.Contains("sealed under the master key", Assert.Throws<CryptographicException>(() => other.Unseal(box)).Message);
        Assert.ThrowsAny<CryptographicException>(() => _vault.Unseal(box[..^4] + "AAAA"));
        Assert.ThrowsAny<CryptographicException>(() => _vault.Unseal("plain text"));
    }

    [Fact]
    public void Derived_keys_differ_by_purpose_only()
    {
        Assert.Equal(_vault.DeriveKey("run-token"), _vault.DeriveKey("run-token"));
        Assert.NotEqual(_vault.DeriveKey("run-token"), _vault.DeriveKey("other"));
    }
}
