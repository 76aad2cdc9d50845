using System.Text.Json.Nodes;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.Clusters;

/// <summary>Clusters in the API.</summary>
internal sealed class ClusterKind(ClusterStore store, KnownProjects projects, SecretVault vault) : CatalogueKind<Cluster>(store)
{
    public override CatalogueAddress Address { get; } = new("cluster", "/openapi/system/cluster", Items: "")
    {
        Key = CatalogueKey.IdOrName,
        IdField = "cluster_id",
    };

    public override async ValueTask<DefinitionReader<Cluster>> ReaderAsync(Caller caller, CancellationToken cancellationToken)
    {
        var keys = await projects.KeysAsync(cancellationToken);
        return (body, current) => Read(body, current, keys);
    }

    public override Cluster MapSecrets(Cluster value, Func<string, string> change) => value with
    {
        KubeConfig = SecretField.Map(value.KubeConfig, change),
        Token = SecretField.Map(value.Token, change),
    };

    public override string? Permanent(Stored<Cluster> stored) => stored.Value.Local
        ? $"\"{stored.Name}\" is the cluster of builds that name none; it cannot be deleted."
        : null;

    public override bool IsVisible(Cluster value, Caller caller) =>
        value.ProjectNames.Count == 0 || value.ProjectNames.Any(caller.Sees);

    public override JsonObject Body(Cluster value)
    {
        var body = base.Body(value);
        body.Remove("local"); // the server's own word, not the caller's
        return body;
    }

    public override void Complete(JsonObject item, Stored<Cluster> stored)
    {
        item["local"] = stored.Value.Local;
        item["created_time"] = stored.CreatedAt;
    }

    public override JsonObject Created(Draft<Cluster> draft, Stored<Cluster> stored) =>
        new() { ["cluster"] = new DefinitionAnswers<Cluster>(this).Item(stored) };

    private Draft<Cluster> Read(BodyObject body, Cluster? current, IReadOnlyList<string> keys)
    {
        var name = NameRules.Read(body, "name", current?.Name);
        var type = body.Word("type", Presence.Optional, "agent", "agent", "kubeconfig", "token");
        return new(name, new Cluster
        {
            Name = name,
            Production = body.Flag("production", fallback: false),
            Description = body.Text("description", Presence.Optional),
            Provider = body.Number("provider", 0, 0, 1000),
            Type = type,
            Local = current?.Local ?? false,
            KubeConfig = SecretField.Read(body, "kube_config", Needed(type, "kubeconfig"), current?.KubeConfig ?? "", vault),
            ApiServer = ApiServer(body, type),
            Token = SecretField.Read(body, "token", Needed(type, "token"), current?.Token ?? "", vault),
            TlsCa = PemText.Read(body, "tls_ca"),
            Namespace = Namespace(body),
            ProjectNames = Projects(body, keys),
            Strategies = SchedulingStrategies.Read(body),
            Cache = ClusterCaches.Read(body),
        });
    }

    private static Presence Needed(string type, string wanted) => type == wanted ? Presence.Filled : Presence.Optional;

    private static string ApiServer(BodyObject body, string type)
    {
        var text = body.Text("api_server", Needed(type, "token")).Trim().TrimEnd('/');
        if (text.Length > 0 && !(Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == "https" && url.UserInfo.Length == 0))
        {
            body.Refuse("api_server", "Must be an https URL, for example https://10.0.0.1:6443.");
        }
        return text;
    }

    private static string Namespace(BodyObject body)
    {
        var text = body.Text("namespace", Presence.Optional).Trim();
        if (text.Length > 63 || text.StartsWith('-') || text.EndsWith('-')
            || text.Any(letter => !(char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')))
        {
            body.Refuse("namespace", "Must be at most 63 lower-case letters, digits and inner '-'.");
        }
        return text;
    }

    private static IReadOnlyList<string> Projects(BodyObject body, IReadOnlyList<string> keys)
    {
        var names = body.Texts("project_names", Presence.Optional);
        for (var i = 0; i < names.Count; i++)
        {
            if (!keys.Contains(names[i]))
            {
                body.Violations.AddUnknown($"project_names[{i}]", "project", names[i], keys);
            }
        }
        return [.. names.Distinct(StringComparer.Ordinal)];
    }
}
