using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Clusters;

/// <summary>Clusters.</summary>
public sealed class ClusterStore(DocumentStore documents)
    : DefinitionStore<Cluster>(documents, "cluster", CatalogueJson.Readable.Cluster)
{
    /// <summary>Gives a fresh server its local cluster; one that has any cluster is left alone.</summary>
    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        if ((await AllAsync("", cancellationToken)).Count > 0)
        {
            return;
        }
        var local = new Cluster
        {
            Name = "local",
            Production = false,
            Description = "The cluster that the server itself runs in.",
            Provider = 0,
            Type = "agent",
            Local = true,
            KubeConfig = "",
            ProjectNames = [],
            Strategies = [SchedulingStrategies.Normal],
        };
        await CreateAsync(projectKey: "", new(local.Name, local), "system", cancellationToken);
    }

    protected override IEnumerable<string> References(Cluster value)
    {
        var projects = value.ProjectNames.Select(project => DocumentReference.To(KnownProjects.Kind, project));
        return value.Cache.ObjectStorage.Length == 0
            ? projects
            : projects.Append(DocumentReference.To("objectstorage", value.Cache.ObjectStorage));
    }
}
