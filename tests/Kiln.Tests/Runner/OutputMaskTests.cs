using System.Text;
using CsCheck;
using Kiln.Contracts.Runs;
using Kiln.Contracts.Secrets;
using Kiln.Runner.Steps;

namespace Kiln.Tests.Runner;

public sealed class OutputMaskTests
{
    private const string Secret = "pa/ss wörd+1";

    [Theory]
    [InlineData(Secret)]
    [InlineData("https://robot:" + Secret + "@example.com")]
    [InlineData("https://example.com/?token=pa%2Fss%20w%C3%B6rd%2B1")]
    public void An_output_that_holds_a_secret_shows_the_mask_alone(string value) =>
        Assert.Equal(new RunOutput("OUT", "********", IsCredential: true), Masked(value, Secret));

    [Fact]
    public void A_secret_within_base64_is_found_at_every_alignment()
    {
        for (var before = 0; before < 3; before++)
        {
            var value = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', before) + Secret + "tail"));
            Assert.True(Masked(value, Secret).IsCredential);
        }
    }

    [Theory]
    [InlineData("true", "true")]
    [InlineData("the false one", "false")]
    [InlineData("abcdef", "abc")]
    public void What_the_log_does_not_mask_is_not_masked_here(string value, string secret) =>
        Assert.Equal(new RunOutput("OUT", value), Masked(value, secret));

    [Fact]
    public void No_value_around_a_secret_brings_it_out() => Gen.Select(Gen.String[0, 20], Gen.String[4, 30], Gen.String[0, 20])
        .Sample((before, secret, after) => !SecretForms.IsMaskable(secret)
            || !Masked(before + secret + after, secret).Value.Contains(secret, StringComparison.Ordinal));

    private static RunOutput Masked(string value, string secret) =>
        OutputMask.Apply([new("OUT", value)], [secret]).Single();
}
