using System.Text.Json.Nodes;
using Kiln.Contracts.Builds;
using Kiln.Server.Builds.Reading;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Builds;

public sealed class BuildReaderTests
{
    [Theory]
    [InlineData("create.json")]
    [InlineData("update.json")]
    public void The_documents_plain_examples_are_valid_as_they_stand(string name)
    {
        var spec = Valid(JsonNode.Parse(Example.Text(name))!.AsObject());

        Assert.Equal("api-test", spec.Name);
        Assert.Equal(new ServiceWithModule("service2", "service2"), spec.Services[1]);
        Assert.Equal(["a", "b"], spec.Parameters[0].ChoiceValue);
        Assert.True(spec.Parameters[1].IsCredential);
        Assert.Equal(30, spec.AdvancedSettings.Timeout);
        Assert.Equal("dynamic", spec.AdvancedSettings.Storages.StoragesProperties[0].ProvisionType);
        Assert.Equal("origin", spec.RepoInfo[0].RemoteName);
        Assert.True(spec.DockerBuildStep!.EnableBuildkit);
    }

    [Theory]
    [InlineData("create-from-template.json")]
    [InlineData("update-from-template.json")]
    public void The_documents_template_examples_are_valid_as_they_stand(string name)
    {
        var spec = ValidTemplated(JsonNode.Parse(Example.Text(name))!.AsObject());

        Assert.Equal("demo-template", spec.TemplateName);
        Assert.Equal(new BuildInput("name", "admin"), spec.TargetServices[0].Inputs[0]);
        Assert.Equal(new BuildInput("password", "zadigx", IsCredential: true), spec.TargetServices[0].Inputs[1]);
    }

    [Fact]
    public void Objects_may_be_lists_of_one_and_scalars_may_be_texts()
    {
        var body = Example.Create();
        var step = body["docker_build_step"]!.DeepClone();
        step["enable_buildkit"] = "true";
        body["docker_build_step"] = new JsonArray(step);
        var settings = body["advanced_settings"]!.DeepClone();
        settings["timeout"] = "45";
        settings["privileged_mode"] = "false";
        settings["storages"]!["storages_properties"]![0]!["provision_type"] = "dynmaic";
        body["advanced_settings"] = new JsonArray(settings);

        var spec = Valid(body);

        Assert.Equal(45, spec.AdvancedSettings.Timeout);
        Assert.True(spec.DockerBuildStep!.EnableBuildkit);
        Assert.Equal("dynamic", spec.AdvancedSettings.Storages.StoragesProperties[0].ProvisionType);
    }

    [Fact]
    public void An_empty_list_is_no_step_and_two_are_refused()
    {
        var body = Example.Create();
        body["docker_build_step"] = new JsonArray();
        Assert.Null(Valid(body).DockerBuildStep);

        body["docker_build_step"] = new JsonArray(new JsonObject(), new JsonObject());
        Assert.Contains(Errors(body), e => e.Field == "docker_build_step" && e.Message.Contains("list of one"));
    }

    [Theory]
    [InlineData("installs", "\"go\"")]
    [InlineData("timeout", "\"30 minutes\"")]
    [InlineData("timeout", "30.5")]
    [InlineData("timeout", "true")]
    [InlineData("enable_buildkit", "\"yes\"")]
    [InlineData("enable_buildkit", "1")]
    public void Nothing_else_is_bent(string field, string value)
    {
        var body = Example.Create();
        var owner = field switch
        {
            "timeout" => body["advanced_settings"]!,
            "enable_buildkit" => body["docker_build_step"]!,
            _ => body,
        };
        owner[field] = JsonNode.Parse(value);

        Assert.Contains(Errors(body), e => e.Field.EndsWith(field, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_violation_is_named_in_one_answer_with_its_path()
    {
        var body = Example.Create();
        body.Remove("build_script");
        body["infrastructure"] = "cloud";
        body["repo_info"]![0]!["branch"] = "";
        body["parameters"]![1]!["key"] = "1st";
        body["parameters"]![0]!["default_value"] = "z";
        body["advanced_settings"]!["timeout"] = 0;
        body["advanced_settings"]!["resource_spec"]!["cpu_req"] = 2000;
        body["advanced_settings"]!["storages"]!["storages_properties"]![0]!["mount_path"] = "../x";
        body["services"]![1]!.AsObject().Remove("service_module");

        var fields = Errors(body).Select(e => e.Field).ToList();

        Assert.Equivalent(
            new[]
            {
                "build_script", "infrastructure", "repo_info[0].branch", "parameters[1].key",
                "parameters[0].default_value", "advanced_settings.timeout", "advanced_settings.resource_spec.cpu_req",
                "advanced_settings.storages.storages_properties[0].mount_path", "services[1].service_module",
            },
            fields, strict: true);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("project_key")]
    [InlineData("infrastructure")]
    [InlineData("build_os")]
    [InlineData("installs")]
    [InlineData("script_type")]
    [InlineData("build_script")]
    [InlineData("services")]
    public void What_the_document_requires_is_required(string field)
    {
        var body = Example.Create();
        body.Remove(field);

        var error = Assert.Single(Errors(body));
        Assert.Equal(field, error.Field);
    }

    [Fact]
    public void Only_what_must_be_there_is_enough_and_the_rest_takes_effective_defaults()
    {
        var body = Example.Create();
        foreach (var optional in (string[])["repo_info", "parameters", "docker_build_step", "advanced_settings"])
        {
            body.Remove(optional);
        }
        body["installs"] = null;
        body["build_script"] = "";

        var settings = Valid(body).AdvancedSettings;

        Assert.Equal(60, settings.Timeout);
        Assert.Equal("local-20250523164625", settings.ClusterName);
        Assert.Equal("优先调度", settings.StrategyName);
        Assert.Equal((4000, 8192, 1000, 1024), (settings.ResourceSpec.CpuLimit, settings.ResourceSpec.MemoryLimit,
            settings.ResourceSpec.CpuReq, settings.ResourceSpec.MemoryReq));
    }

    [Fact]
    public void Unknown_names_are_answered_with_the_nearest_ones()
    {
        var body = Example.Create();
        body["build_os"] = "ubuntu 20.4";
        body["repo_info"]![0]!["codehost_name"] = "gitlap";
        body["installs"]![0]!["version"] = "1.20.6";
        body["advanced_settings"]!["strategy_name"] = "优先";

        var invalid = Assert.IsType<ReadResult.Invalid>(Read(body));

        Assert.True(invalid.Violations.OnlyUnknownNames);
        Assert.Equal(4, invalid.Violations.Errors.Count);
        Assert.Contains(invalid.Violations.Errors, e => e.Field == "build_os" && e.Message.Contains("Nearest: \"ubuntu 20.04\""));
        Assert.Contains(invalid.Violations.Errors, e => e.Message.Contains("go 1.20.7"));
    }

    [Theory]
    [InlineData("  api-test  ", "api-test")]
    [InlineData("构建 一号", "构建 一号")]
    [InlineData("Построй_1.2", "Построй_1.2")]
    public void Names_are_trimmed_and_may_be_in_any_language(string given, string stored)
    {
        var body = Example.Create();
        body["name"] = given;
        Assert.Equal(stored, Valid(body).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("tab\tbed")]
    [InlineData("fire🔥")]
    public void Other_names_are_refused(string name)
    {
        var body = Example.Create();
        body["name"] = name;
        Assert.Equal("name", Assert.Single(Errors(body)).Field);
    }

    [Fact]
    public void A_name_has_128_characters_at_most()
    {
        var body = Example.Create();
        body["name"] = new string('构', 128);
        Assert.Equal(128, Valid(body).Name.Length);
        body["name"] = new string('构', 129);
        Assert.Single(Errors(body));
    }

    [Theory]
    [InlineData("IMAGE")]
    [InlineData("KILN_TOKEN")]
    [InlineData("PATH")]
    [InlineData("REPO_0")]
    [InlineData("multi_service_demo_BRANCH")]
    public void A_parameter_must_not_be_called_like_a_built_in_variable(string key)
    {
        var body = Example.Create();
        body["parameters"]![0]!["key"] = key;
        Assert.Contains("built-in", Assert.Single(Errors(body)).Message);
    }

    [Theory]
    [InlineData("repo_info[0].checkout_path", "../outside")]
    [InlineData("repo_info[0].checkout_path", "/etc")]
    [InlineData("docker_build_step.build_context_dir", "a/../../b")]
    [InlineData("docker_build_step.dockerfile_directory", "/etc/passwd")]
    [InlineData("post_build.file_archive.file_location", "..")]
    public void Paths_stay_inside_the_workspace(string field, string path)
    {
        var body = Example.Create();
        body["repo_info"]![0]!["checkout_path"] = field.Contains("checkout") ? path : "";
        if (field.StartsWith("docker", StringComparison.Ordinal))
        {
            body["docker_build_step"]![field.Split('.')[1]] = path;
        }
        if (field.StartsWith("post", StringComparison.Ordinal))
        {
            body["post_build"] = new JsonObject { ["file_archive"] = new JsonObject { ["file_location"] = path } };
        }
        Assert.Equal(field, Assert.Single(Errors(body)).Field);
    }

    [Fact]
    public void Address_and_body_must_agree()
    {
        var result = new BuildReader(Catalogues.Document, Stored: null, "demo", "other")
            .ReadPlain(Example.Element(Example.Create()));

        var errors = Assert.IsType<ReadResult.Invalid>(result).Violations.Errors;
        Assert.Equal(["name", "project_key"], errors.Select(e => e.Field));
    }

    [Fact]
    public void A_template_body_sent_to_the_plain_address_is_told_where_to_go()
    {
        Assert.Contains("?source=template", Assert.Single(Errors(Example.FromTemplate())).Message);
    }

    [Fact]
    public void An_unknown_input_of_a_template_is_refused_with_its_parameters()
    {
        var body = Example.FromTemplate();
        body["target_services"]![0]!["inputs"]![0]!["key"] = "nmae";

        var invalid = Assert.IsType<ReadResult.Invalid>(
            new BuildReader(Catalogues.Document, null, "", "").ReadFromTemplate(Example.Element(body)));
        var error = Assert.Single(invalid.Violations.Errors);
        Assert.Equal("target_services[0].inputs[0].key", error.Field);
        Assert.Contains("\"name\"", error.Message);
    }

    private static ReadResult Read(JsonObject body, BuildDefinition? stored = null) =>
        new BuildReader(Catalogues.Document, stored, "", "").ReadPlain(Example.Element(body));

    private static PlainBuildSpec Valid(JsonObject body) =>
        Assert.IsType<BuildDefinition.Plain>(Assert.IsType<ReadResult.Valid>(Read(body)).Definition).Spec;

    private static TemplatedBuildSpec ValidTemplated(JsonObject body) =>
        Assert.IsType<BuildDefinition.FromTemplate>(Assert.IsType<ReadResult.Valid>(
            new BuildReader(Catalogues.Document, null, "", "").ReadFromTemplate(Example.Element(body))).Definition).Spec;

    private static IReadOnlyList<Kiln.Server.Http.FieldError> Errors(JsonObject body) =>
        Assert.IsType<ReadResult.Invalid>(Read(body)).Violations.Errors;
}
