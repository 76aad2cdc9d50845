using System.Text.Json.Nodes;
using Kiln.Cli.Definitions;

namespace Kiln.Tests.Cli;

/// <summary>What is shown of a body that the server has not read yet hides every secret that the API has.</summary>
public sealed class SecretMaskTests
{
    [Theory]
    [InlineData("""{"token":"hidden"}""")]
    [InlineData("""{"password":"hidden"}""")]
    [InlineData("""{"ssh_key":"hidden"}""")]
    [InlineData("""{"kube_config":"hidden"}""")]
    [InlineData("""{"secret_key":"hidden"}""")]
    [InlineData("""{"sk":"hidden"}""")]
    [InlineData("""{"value":"hidden","is_credential":true}""")]
    [InlineData("""{"parameters":[{"default_value":"hidden","is_credential":"true","choice_option":["hidden"],"choice_value":["hidden"]}]}""")]
    [InlineData("""{"target_services":[{"inputs":[{"key":"a","value":"hidden","is_credential":true}]}]}""")]
    public void A_secret_is_hidden(string body) =>
        Assert.DoesNotContain("hidden", SecretMask.Over(JsonNode.Parse(body)!.AsObject()).ToJsonString());

    [Fact]
    public void Everything_else_and_an_empty_secret_stay()
    {
        var body = JsonNode.Parse("""{"name":"shown","value":"shown","token":"","parameters":[{"default_value":"shown","is_credential":false}]}""")!;

        Assert.True(JsonNode.DeepEquals(body, SecretMask.Over(body.AsObject())));
    }
}
