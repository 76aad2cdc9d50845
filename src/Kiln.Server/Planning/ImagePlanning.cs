using Kiln.Contracts.Builds;
using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>The image step.</summary>
internal static class ImagePlanning
{
    private const string Field = "docker_build_step";

    public static void Add(PlanDraft draft)
    {
        if (draft.Recipe.DockerBuildStep is not { } image)
        {
            return;
        }
        if (draft.Registry is not { } registry)
        {
            draft.Violations.Add(Field,
                "An image needs a registry to be pushed to: name one with registry, or make one the default under /openapi/system/registry.");
            return;
        }
        var secrets = draft.Variables.Where(variable => variable.SecretRef is not null).Select(variable => variable.Name).Distinct();
        foreach (var secret in secrets.Where(secret => IsIn(image.BuildArgs, secret)))
        {
            draft.Violations.Add($"{Field}.build_args",
                $"{secret} is a credential, and build arguments stay readable in the image; leave it out and use "
                    + $"RUN --mount=type=secret,id={secret} in the Dockerfile.");
        }
        if (Dockerfile(draft, image) is { } template)
        {
            var isTemplate = image.DockerfileSource == "template";
            draft.Steps.Add(new PlannedStep.Image(new PlannedImage
            {
                Dockerfile = image.DockerfileDirectory,
                DockerfileText = isTemplate ? template.Content : null,
                TemplateName = template.Name,
                TemplateRevision = template.Revision,
                Context = image.BuildContextDir,
                Arguments = image.BuildArgs,
                WantsBuildKit = image.EnableBuildkit,
                Platforms = image.Platforms,
                UsesProxy = image.EnableProxy,
                Tags = image.Tags,
                CacheReference = image.RegistryCache ?? "",
                IsInsecure = registry.IsInsecure,
                Secrets = [.. draft.Parameters.Where(parameter => parameter.IsCredential).Select(parameter => parameter.Key)],
            }));
        }
    }

    /// <summary>The template, an empty one for a local file; <c>null</c> when the template has gone.</summary>
    private static CatalogueDockerfile? Dockerfile(PlanDraft draft, DockerBuildStep image)
    {
        if (image.DockerfileSource != "template")
        {
            return new CatalogueDockerfile("", "", "");
        }
        if (draft.Input.Catalogue.Dockerfile(image.TemplateName) is { } template)
        {
            return template;
        }
        draft.Violations.AddUnknown(
            $"{Field}.template_name", "Dockerfile template", image.TemplateName,
            draft.Input.Catalogue.Dockerfiles.Select(known => known.Name));
        return null;
    }

    private static bool IsIn(string text, string name) =>
        VariableExpansion.Expand(text, new Dictionary<string, string> { [name] = "" }) != text;
}
