using System.Text.Json;
using Kiln.Contracts.Builds;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds.Answers;

/// <summary>Makes the detail answer of a build. Pure.</summary>
internal static class BuildDetails
{
    /// <summary>The answer.</summary>
    /// <param name="build">The build.</param>
    /// <param name="recipe">Its own recipe, or its template's; secrets masked or not.</param>
    /// <param name="shown">The service whose repositories and parameters are shown; <c>null</c> = the first.</param>
    /// <param name="catalogue">Has ids, types and addresses.</param>
    public static BuildDetail Of(ShownBuild build, BuildRecipe recipe, ServiceWithModule? shown, Catalogue catalogue)
    {
        var (name, project) = build.Definition.Identity();
        var services = build.Definition.Services();
        var targets = DetailTargets.Of(build.Definition, recipe, catalogue);
        var repos = DetailTargets.Repos(recipe.RepoInfo, catalogue);
        var parameters = DetailTargets.Parameters(recipe, inputs: []);
        var target = shown is null
            ? targets.Count > 0 ? targets[0] : null
            : targets[services.ToList().IndexOf(shown)];
        return new BuildDetail
        {
            ProjectKey = project,
            Name = name,
            Source = "zadig",
            TargetServices = services,
            TemplateName = build.Definition is BuildDefinition.FromTemplate { Spec: var spec } ? spec.TemplateName : "",
            UpdateBy = build.UpdatedBy,
            UpdateTime = build.UpdatedAt,
            Repos = target?.Repos ?? repos,
            BuildEnv = new DetailEnvironment(
                catalogue.Image(recipe.BuildOs)?.Id ?? "", recipe.BuildOs, recipe.Installs),
            AdvancedSettings = recipe.AdvancedSettings,
            BuildScript = recipe.BuildScript,
            Parameters = target?.Parameters ?? parameters,
            Outputs =
            [
                .. recipe.AdvancedSettings.Outputs
                    .Prepend("PKG_FILE").Prepend("IMAGE").Select(output => new DetailOutput(output, "")),
            ],
            PostBuild = new DetailPostBuild
            {
                DockerBuild = recipe.DockerBuildStep is { } step ? DockerBuild(step, catalogue) : null,
                ObjectStorageUpload = recipe.PostBuild.ObjectStorageUpload,
                FileArchive = recipe.PostBuild.FileArchive,
                Scripts = recipe.PostBuild.Scripts,
            },
            Infrastructure = recipe.Infrastructure,
            ScriptType = recipe.ScriptType,
            Targets = targets,
            Revision = build.Revision,
            Spec = Spec(build.Definition),
        };
    }

    /// <summary>The body that POST and PUT take.</summary>
    public static JsonElement Spec(BuildDefinition masked) => masked switch
    {
        BuildDefinition.Plain { Spec: var spec } => JsonSerializer.SerializeToElement(spec, BuildJson.Readable.PlainBuildSpec),
        BuildDefinition.FromTemplate { Spec: var spec } =>
            JsonSerializer.SerializeToElement(spec, BuildJson.Readable.TemplatedBuildSpec),
        _ => throw new InvalidOperationException($"{masked.GetType().Name} is not a form of a build."),
    };

    private static DetailDockerBuild DockerBuild(DockerBuildStep step, Catalogue catalogue) => new()
    {
        WorkDir = step.BuildContextDir,
        DockerFile = step.DockerfileDirectory,
        BuildArgs = step.BuildArgs,
        Source = step.DockerfileSource,
        TemplateName = step.TemplateName,
        TemplateId = step.DockerfileSource == "template" ? catalogue.Dockerfile(step.TemplateName)?.Id ?? "" : "",
        EnableBuildkit = step.EnableBuildkit,
        Platform = step.Platforms,
    };
}
