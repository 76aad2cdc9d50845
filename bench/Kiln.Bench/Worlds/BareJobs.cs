using System.Globalization;
using System.Text.Json.Nodes;
using Kiln.Bench.Measures;

namespace Kiln.Bench.Worlds;

/// <summary>Jobs without Kiln, made by the API itself: what a server's runs in simulated pods are compared with.</summary>
internal sealed class BareJobs(ClusterApi api)
{
    private const string Jobs = "apis/batch/v1/namespaces/default/jobs";

    /// <summary>Makes Jobs of a build's shape and removes each when it is complete; ends when the last is removed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="clients">How many calls make them at once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task RunAsync(int count, int clients, CancellationToken cancellationToken) => Task.WhenAll(
        Load.ByClientsAsync(
            count, clients, async (number, stopped) => await api.CallAsync(HttpMethod.Post, Jobs, Job(number), stopped), cancellationToken),
        RemoveAsync(count, cancellationToken));

    private async Task RemoveAsync(int count, CancellationToken cancellationToken)
    {
        var removals = new Dictionary<string, Task>();
        await foreach (var (_, job) in api.WatchAsync($"{Jobs}?watch=true", cancellationToken))
        {
            var name = (string)job["metadata"]!["name"]!;
            if (job["status"]?["completionTime"] is null || removals.ContainsKey(name))
            {
                continue;
            }
            removals[name] = api.CallAsync(
                HttpMethod.Delete, $"{Jobs}/{name}", new JsonObject { ["propagationPolicy"] = "Background" }, cancellationToken);
            if (removals.Count == count)
            {
                await Task.WhenAll(removals.Values);
                return;
            }
        }
        throw new InvalidOperationException("The watch of the Jobs ended before they did.");
    }

    // Two containers that share a directory.
    private static JsonObject Job(int number) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = string.Create(CultureInfo.InvariantCulture, $"bare-{number}") },
        ["spec"] = new JsonObject
        {
            ["backoffLimit"] = 0,
            ["template"] = new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["restartPolicy"] = "Never",
                    ["automountServiceAccountToken"] = false,
                    ["containers"] = new JsonArray(Container("kiln"), Container("build")),
                    ["volumes"] = new JsonArray(new JsonObject { ["name"] = "shared", ["emptyDir"] = new JsonObject() }),
                },
            },
        },
    };

    private static JsonObject Container(string name) => new()
    {
        ["name"] = name,
        ["image"] = "none",
        ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "shared", ["mountPath"] = "/shared" }),
    };
}
