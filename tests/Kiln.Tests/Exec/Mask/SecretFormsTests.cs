using System.Text;
using CsCheck;
using Kiln.Contracts.Secrets;

namespace Kiln.Tests.Exec.Mask;

public sealed class SecretFormsTests
{
    private const string Value = "p@ss wörd/\"1\"'";

    [Theory]
    [InlineData(Value)]
    [InlineData("p%40ss%20w%C3%B6rd%2F%221%22%27")]
    [InlineData("p%40ss%20w%c3%b6rd%2f%221%22%27")]
    [InlineData("p%40ss+w%C3%B6rd%2F%221%22%27")]
    [InlineData("p%40ss%20w%C3%B6rd/%221%22%27")]
    [InlineData("p@ss wörd/\\\"1\\\"'")]
    [InlineData("p@ss w\\u00f6rd/\\\"1\\\"'")]
    [InlineData("p@ss wörd/\"1\"'\\''")]
    [InlineData("p@ss\\ wörd/\\\"1\\\"\\'")]
    [InlineData("7040737320")]
    public void A_secret_is_known_in_each_of_its_dresses(string dress)
    {
        var known = Of(Value);
        Assert.True(known.Contains(dress) || known.Any(form => form.StartsWith(dress) && form.Length > dress.Length));
    }

    [Fact]
    public void Base64_is_known_wherever_the_secret_stands_in_it() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.String[Gen.Char.AlphaNumeric, 6, 60], Gen.Byte.Array[0, 40]).Sample(
            (before, secret, after) =>
            {
                var text = Convert.ToBase64String([.. before, .. Encoding.UTF8.GetBytes(secret), .. after]);
                Assert.Contains(Of(secret), form => text.Contains(form) && form.Length >= secret.Length);
            },
            iter: 1000);

    [Fact]
    public void Long_lines_of_a_multi_line_secret_are_secrets_and_short_ones_are_not()
    {
        var forms = Of("-----BEGIN-----\nMIIEvQIBADAN\nend\n");

        Assert.Contains("MIIEvQIBADAN", forms);
        Assert.DoesNotContain("end", forms);
    }

    [Theory]
    [InlineData("abc", false)]
    [InlineData("äöü", true)]
    [InlineData("true", false)]
    [InlineData("FALSE", false)]
    [InlineData("*****", false)]
    [InlineData("1234", true)]
    public void What_is_too_common_to_be_secret_is_not_masked(string value, bool isMasked) =>
        Assert.Equal(isMasked, SecretForms.IsMaskable(value));

    private static HashSet<string> Of(string value)
    {
        var forms = new HashSet<string>();
        SecretForms.AddTo(forms, value);
        return forms;
    }
}
