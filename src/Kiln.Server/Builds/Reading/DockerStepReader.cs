using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Rules;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds.Reading;

/// <summary>Reads <c>docker_build_step</c>.</summary>
/// <param name="catalogue">Has the dockerfile templates.</param>
/// <param name="stored">What an update replaces: additions that are absent are kept from it.</param>
public sealed class DockerStepReader(Catalogue catalogue, DockerBuildStep? stored)
{
    public DockerBuildStep? Read(BodyObject body)
    {
        if (body.ChildOrListOfOne("docker_build_step") is not { } step)
        {
            return null;
        }
        var source = step.Word("dockerfile_source", Presence.Filled, "", "local", "template");
        var context = Path(step, "build_context_dir", Presence.Present);
        var file = Path(step, "dockerfile_directory", source == "local" ? Presence.Present : Presence.Optional);
        return new DockerBuildStep
        {
            DockerfileSource = source,
            BuildContextDir = context.Length > 0 ? context : "$WORKSPACE",
            DockerfileDirectory = file.Length > 0 || source != "local" ? file : "Dockerfile",
            BuildArgs = step.Text("build_args", Presence.Optional),
            TemplateName = ReadTemplate(step, source),
            EnableBuildkit = step.Flag("enable_buildkit", false),
            Platforms = step.Text("platforms", Presence.Optional).Trim(),
            EnableProxy = step.Flag("enable_proxy", stored?.EnableProxy ?? false),
            Tags = step.HasList("tags") ? step.Texts("tags", Presence.Optional) : stored?.Tags ?? [],
            RegistryCache = step.Has("registry_cache")
                ? step.Text("registry_cache", Presence.Optional).Trim() is { Length: > 0 } cache ? cache : null
                : stored?.RegistryCache,
        };
    }

    private string ReadTemplate(BodyObject step, string source)
    {
        var name = step.Text("template_name", source == "template" ? Presence.Filled : Presence.Optional);
        if (source == "template" && name.Length > 0 && catalogue.Dockerfile(name) is null)
        {
            step.Violations.AddUnknown(
                step.At("template_name"), "dockerfile template", name, catalogue.Dockerfiles.Select(file => file.Name));
        }
        return name;
    }

    private static string Path(BodyObject step, string field, Presence presence)
    {
        var path = step.Text(field, presence).Trim();
        if (!WorkspacePath.Stays(path))
        {
            step.Refuse(field, $"A path that {WorkspacePath.Rule}.");
        }
        return path;
    }
}
