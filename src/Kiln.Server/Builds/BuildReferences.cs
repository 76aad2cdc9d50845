using Kiln.Contracts.Builds;
using Kiln.Server.Planning;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Builds;

/// <summary>What builds and templates refer to, as tags: none of it can be deleted meanwhile.</summary>
public static class BuildReferences
{
    /// <summary>Tag by which a list finds the builds that are bound to a service; empty for an empty name.</summary>
    public static string ServiceTag(string serviceName) =>
        serviceName.Length == 0 ? "" : DocumentReference.To("service", serviceName);

    /// <summary>References of a build.</summary>
    public static IEnumerable<string> Of(BuildDefinition build)
    {
        var services = build.Services().Select(service => ServiceTag(service.ServiceName));
        return build switch
        {
            BuildDefinition.Plain { Spec: var spec } => services.Concat(Of(spec)),
            BuildDefinition.FromTemplate { Spec: var spec } => services
                .Append(DocumentReference.To("buildtemplate", spec.TemplateName))
                .Concat(spec.TargetServices.SelectMany(target => target.RepoInfo).Select(CodeHost)),
            _ => throw new InvalidOperationException($"{build.GetType().Name} is not a form of a build."),
        };
    }

    /// <summary>References of a recipe.</summary>
    public static IEnumerable<string> Of(BuildRecipe recipe)
    {
        yield return DocumentReference.To("buildimage", recipe.BuildOs);
        foreach (var install in recipe.Installs)
        {
            yield return DocumentReference.To("package", $"{install.Name} {install.Version}");
        }
        foreach (var repo in recipe.RepoInfo)
        {
            yield return CodeHost(repo);
        }
        if (recipe.AdvancedSettings.ClusterName.Length > 0)
        {
            yield return DocumentReference.To("cluster", recipe.AdvancedSettings.ClusterName);
        }
        if (recipe.DockerBuildStep is { DockerfileSource: "template" } step)
        {
            yield return DocumentReference.To("dockerfile", step.TemplateName);
        }
        if (recipe.PostBuild.ObjectStorageUpload is { ObjectStorageId.Length: > 0 } upload)
        {
            yield return DocumentReference.To("objectstorage", upload.ObjectStorageId);
        }
    }

    private static string CodeHost(RepoInfo repo) => DocumentReference.To("codehost", repo.CodehostName);
}
