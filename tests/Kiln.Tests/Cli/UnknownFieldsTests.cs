using System.Text.Json.Nodes;
using Kiln.Cli;
using Kiln.Cli.Definitions;

namespace Kiln.Tests.Cli;

/// <summary>Fields that a kind does not have, and words that nobody has.</summary>
public sealed class UnknownFieldsTests
{
    private static readonly JsonObject Spec = JsonNode.Parse(
        """{"name":"a","advanced_settings":{"timeout":60},"repo_info":[{"branch":"main"}],"docker_build_step":{"platforms":""}}""")!.AsObject();

    [Theory]
    [InlineData("""{"nmae":"a"}""", "nmae")]
    [InlineData("""{"advanced_settings":{"tiemout":5}}""", "advanced_settings.tiemout")]
    [InlineData("""{"repo_info":[{"brnach":"x"}]}""", "repo_info[0].brnach")]
    [InlineData("""{"docker_build_step":[{"platform":"linux/arm64"}]}""", "docker_build_step[0].platform")]
    public void A_field_that_is_not_there_is_found_where_it_stands(string body, string path)
    {
        var unknown = Assert.Single(UnknownFields.In(JsonNode.Parse(body)!.AsObject(), Spec, "build"));

        Assert.Equal(path, unknown.Field);
        Assert.Contains("Nearest: ", unknown.Message);
    }

    [Theory]
    [InlineData("""{"name":"b","advanced_settings":{"timeout":5},"docker_build_step":[{"platforms":"linux/arm64"}]}""")]
    [InlineData("""{"tag":"","prs":[],"submodules":false,"priority":0,"extra":null,"more":{}}""")]
    public void Known_fields_and_those_that_say_nothing_are_fine(string body) =>
        Assert.Empty(UnknownFields.In(JsonNode.Parse(body)!.AsObject(), Spec, "build"));

    [Theory]
    [InlineData("rnu", " Nearest: \"run\", \"runs\".")]
    [InlineData("applz", " Nearest: \"apply\".")]
    [InlineData("something-else", "")]
    public void The_nearest_words_are_those_a_slip_away(string typed, string sentence) =>
        Assert.Equal(sentence, NearestWords.Sentence(typed, ["run", "runs", "apply", "delete", "login"]));
}
