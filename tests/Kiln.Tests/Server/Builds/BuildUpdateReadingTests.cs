using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Contracts.Builds;
using Kiln.Server.Builds.Reading;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Builds;

public sealed class BuildUpdateReadingTests
{
    [Fact]
    public void The_mask_keeps_the_stored_secret()
    {
        var stored = Definition(Example.Create());
        var body = Example.Create();
        body["parameters"]![1]!["default_value"] = "********";

        Assert.Equal("abc123", Spec(Read(body, stored)).Parameters[1].DefaultValue);
    }

    [Fact]
    public void The_mask_is_refused_where_nothing_is_stored()
    {
        var body = Example.Create();
        body["parameters"]![1]!["default_value"] = "********";
        Assert.Equal("parameters[1].default_value", Assert.Single(Errors(Read(body, null))).Field);

        body["parameters"]![1]!["key"] = "renamed";
        Assert.Equal("parameters[1].default_value", Assert.Single(Errors(Read(body, Definition(Example.Create())))).Field);
    }

    [Fact]
    public void The_mask_does_not_turn_a_secret_into_clear_text()
    {
        var body = Example.Create();
        body["parameters"]![1]!["default_value"] = "********";
        body["parameters"]![1]!["is_credential"] = false;

        Assert.Equal("parameters[1].is_credential", Assert.Single(Errors(Read(body, Definition(Example.Create())))).Field);
    }

    [Fact]
    public void An_absent_documented_field_takes_its_default_and_an_absent_addition_is_kept()
    {
        var before = Example.Create();
        before["description"] = "says what";
        before["vm_labels"] = new JsonArray("big");
        before["post_build"] = new JsonObject { ["scripts"] = "echo after" };
        before["repo_info"]![0]!["checkout_path"] = "src";
        before["advanced_settings"]!["cache_setting"]!["cache_key"] = "k";
        before["docker_build_step"]!["tags"] = new JsonArray("latest");
        var after = Example.Create();
        after["advanced_settings"]!.AsObject().Remove("timeout");
        after["advanced_settings"]!.AsObject().Remove("outputs");

        var spec = Spec(Read(after, Definition(before)));

        Assert.Equal(60, spec.AdvancedSettings.Timeout);
        Assert.Empty(spec.AdvancedSettings.Outputs);
        Assert.Equal("says what", spec.Description);
        Assert.Equal(["big"], spec.VmLabels);
        Assert.Equal("echo after", spec.PostBuild.Scripts);
        Assert.Equal("src", spec.RepoInfo[0].CheckoutPath);
        Assert.Equal("k", spec.AdvancedSettings.CacheSetting.CacheKey);
        Assert.Equal(["latest"], spec.DockerBuildStep!.Tags);
    }

    [Fact]
    public void A_definition_written_and_read_again_means_the_same()
    {
        var stored = Definition(Example.Create());
        var spec = JsonSerializer.SerializeToElement(((BuildDefinition.Plain)stored).Spec, BuildJson.Readable.PlainBuildSpec);

        var again = Spec(new BuildReader(Catalogues.Document, stored, "", "").ReadPlain(spec));

        Assert.Equal(spec.GetRawText(), JsonSerializer.Serialize(again, BuildJson.Readable.PlainBuildSpec));
    }

    [Fact]
    public void A_templates_credential_stays_one_whatever_the_input_says()
    {
        var stored = Templated(new BuildReader(Catalogues.Document, null, "", "").ReadFromTemplate(
            Example.Element(Example.FromTemplate())));
        var body = Example.FromTemplate();
        body["target_services"]![0]!["inputs"]![1]!["value"] = "********";
        body["target_services"]![0]!["inputs"]![1]!["is_credential"] = false;

        var after = Templated(new BuildReader(Catalogues.Document, new BuildDefinition.FromTemplate(stored), "", "")
            .ReadFromTemplate(Example.Element(body)));

        Assert.Equal(new BuildInput("password", "zadigx", IsCredential: true), after.TargetServices[0].Inputs[1]);
    }

    private static TemplatedBuildSpec Templated(ReadResult result) =>
        Assert.IsType<BuildDefinition.FromTemplate>(Assert.IsType<ReadResult.Valid>(result).Definition).Spec;

    private static ReadResult Read(JsonObject body, BuildDefinition? stored) =>
        new BuildReader(Catalogues.Document, stored, "", "").ReadPlain(Example.Element(body));

    private static BuildDefinition Definition(JsonObject body) =>
        Assert.IsType<ReadResult.Valid>(Read(body, null)).Definition;

    private static PlainBuildSpec Spec(ReadResult result) =>
        Assert.IsType<BuildDefinition.Plain>(Assert.IsType<ReadResult.Valid>(result).Definition).Spec;

    private static IReadOnlyList<Kiln.Server.Http.FieldError> Errors(ReadResult result) =>
        Assert.IsType<ReadResult.Invalid>(result).Violations.Errors;
}
