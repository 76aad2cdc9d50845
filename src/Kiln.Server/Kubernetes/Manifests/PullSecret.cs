using System.Text;
using System.Text.Json;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Manifests;

/// <summary>The secret that kubelet pulls the run's images with.</summary>
internal static class PullSecret
{
    /// <summary>The secret, or <c>null</c> when no registry needs a login.</summary>
    public static Secret? Of(PodOrder order)
    {
        var pulls = order.Plan.Pod!.Pulls;
        return pulls.Count == 0 ? null : new Secret
        {
            Metadata = new ObjectMeta
            {
                Name = Name(order),
                Namespace = order.Place.Namespace,
                Labels = PodNames.Labels(order.Key, order.Place.Owner),
            },
            Type = "kubernetes.io/dockerconfigjson",
            StringData = new Dictionary<string, string>(StringComparer.Ordinal) { [".dockerconfigjson"] = Logins(order) },
        };
    }

    public static string Name(PodOrder order) => $"{PodNames.Of(order.Key)}-pull";

    private static string Logins(PodOrder order)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("auths");
            foreach (var pull in order.Plan.Pod!.Pulls)
            {
                var password = order.Secrets[pull.SecretRef];
                json.WriteStartObject(pull.Host);
                json.WriteString("username", pull.Username);
                json.WriteString("password", password);
                json.WriteBase64String("auth", Encoding.UTF8.GetBytes($"{pull.Username}:{password}"));
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
