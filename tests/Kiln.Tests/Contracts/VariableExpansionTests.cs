using CsCheck;
using Kiln.Contracts.Plans;

namespace Kiln.Tests.Contracts;

public sealed class VariableExpansionTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["SERVICE"] = "cart",
        ["SERVICE_NAME"] = "shop-cart",
        ["DIR"] = "$SERVICE",
    };

    [Theory]
    [InlineData("dist/$SERVICE", "dist/cart")]
    [InlineData("dist/${SERVICE}x", "dist/cartx")]
    [InlineData("%SERVICE%/%SERVICE_NAME%", "cart/shop-cart")]
    [InlineData("$env:SERVICE-1", "cart-1")]
    [InlineData("$SERVICE_NAME", "shop-cart")]
    [InlineData("$DIR", "$SERVICE")]
    [InlineData("$UNKNOWN ${UNKNOWN} %UNKNOWN% 100% $", "$UNKNOWN ${UNKNOWN} %UNKNOWN% 100% $")]
    [InlineData("$$SERVICE", "$cart")]
    [InlineData("${SERVICE", "${SERVICE")]
    public void A_reference_becomes_its_value_once(string text, string expected) =>
        Assert.Equal(expected, VariableExpansion.Expand(text, Variables));

    [Fact]
    public void Values_are_never_expanded_again_whatever_they_hold()
    {
        var name = Gen.Char["ABC_"].Array[1, 4].Select(static chars => new string(chars));
        var value = Gen.Char["$%{}ABC_"].Array[0, 8].Select(static chars => new string(chars));
        Gen.Select(Gen.Dictionary(name, value)[1, 4], Gen.Int[1, 5]).Sample((variables, repeats) =>
        {
            var (key, expected) = variables.First();
            var text = string.Concat(Enumerable.Repeat("<${" + key + "}>", repeats));
            var wanted = string.Concat(Enumerable.Repeat("<" + expected + ">", repeats));
            return VariableExpansion.Expand(text, variables) == wanted;
        });
    }

    [Fact]
    public void The_longest_known_name_wins()
    {
        var tail = Gen.Char["ABC"].Array[1, 6].Select(static chars => new string(chars));
        Gen.Select(tail, tail).Sample((shorter, more) =>
        {
            var variables = new Dictionary<string, string> { [shorter] = "short", [shorter + more] = "long" };
            return VariableExpansion.Expand("$" + shorter + more, variables) == "long";
        });
    }
}
