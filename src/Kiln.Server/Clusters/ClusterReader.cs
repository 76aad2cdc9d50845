using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.Clusters;

/// <summary>Reads a cluster's body.</summary>
internal sealed class ClusterReader(SecretVault vault)
{
    public Draft<Cluster> Read(BodyObject body)
    {
        var name = NameRules.Read(body, "name");
        return new("", name, Value(body, name, local: false, kubeConfig: ""));
    }

    /// <summary>Reads a replacement; name and place stay.</summary>
    public Cluster Read(BodyObject body, Cluster current)
    {
        if (body.Has("name") && body.Text("name", Presence.Filled).Trim() != current.Name)
        {
            body.Refuse("name", $"A cluster cannot be renamed; its name is \"{current.Name}\".");
        }
        return Value(body, current.Name, current.Local, current.KubeConfig);
    }

    private Cluster Value(BodyObject body, string name, bool local, string kubeConfig) => new()
    {
        Name = name,
        Production = body.Flag("production", fallback: false),
        Description = body.Text("description", Presence.Optional),
        Provider = body.Number("provider", 0, 0, 1000),
        Type = body.Word("type", Presence.Optional, "agent", "agent", "kubeconfig"),
        Local = local,
        KubeConfig = SecretField.Read(
            body, "kube_config", body.Has("type") && body.Text("type", Presence.Optional) == "kubeconfig" ? Presence.Filled : Presence.Optional,
            kubeConfig, vault),
        ProjectNames = body.Texts("project_names", Presence.Optional),
        Strategies = SchedulingStrategies.Read(body),
    };
}
