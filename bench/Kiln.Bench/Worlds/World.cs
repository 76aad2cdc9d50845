using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kiln.EndToEnd.Harness;
using Kiln.Tests.Fixtures;

namespace Kiln.Bench.Worlds;

/// <summary>A server with what belongs to it, in a directory of its own, that goes away without a trace.</summary>
public sealed class World : IAsyncDisposable
{
    public const string Project = "bench";

    // Name of the cluster, and of the image to build in there.
    private const string Cluster = "bench";

    private bool _runsInPods;

    private World(Scratch scratch, PostgresServer? postgres, KilnServer server, AgentHost? agent)
    {
        Scratch = scratch;
        Postgres = postgres;
        Server = server;
        Agent = agent;
    }

    public Scratch Scratch { get; }

    public PostgresServer? Postgres { get; }

    /// <summary>How to connect to the PostgreSQL; empty without one.</summary>
    public string Database { get; private init; } = "";

    public KilnServer Server { get; }

    public AgentHost? Agent { get; }

    /// <summary>Where the agent that is a process of its own keeps everything.</summary>
    public string AgentDirectory => Scratch["agent"];

    /// <summary>The machine of the server and its database, whose power can be cut; <c>null</c> = this one.</summary>
    public PoweredMachine? ServerMachine { get; private init; }

    /// <summary>The agent's.</summary>
    public PoweredMachine? AgentMachine { get; private init; }

    public static async Task<World> StartAsync(WorldOptions options, CancellationToken cancellationToken)
    {
        var scratch = new Scratch();
        var environment = options.Environment.ToArray();
        var database = "";
        var (serverMachine, agentMachine) = options.HasPoweredMachines
            ? (PoweredMachine.On(scratch, "server"), PoweredMachine.On(scratch, "agent"))
            : ((PoweredMachine?)null, (PoweredMachine?)null);
        var postgres = options.UsesPostgres ? await PostgresServer.StartAsync(durable: true, serverMachine is null ? null : serverMachine.Mount) : null;
        serverMachine?.Mount(scratch["data"]);
        agentMachine?.Mount(scratch["agent"]);
        if (postgres is not null)
        {
            database = await postgres.CreateDatabaseAsync();
            environment = [.. environment, ("KILN_DATABASE", database)];
        }
        string[] pods = options.Cluster is { } place ? ["--pod-image", place.AgentImage] : [];
        var server = await KilnServer.StartAsync(
            scratch,
            options.Cluster?.Address ?? "127.0.0.1",
            ["--demo", "--capacity", $"{options.EmbeddedCapacity}", "--log-level", "warning", "--rate-limit", "0", .. pods, .. options.ServerOptions],
            environment,
            cancellationToken,
            (program, arguments) => serverMachine?.Command(program, arguments, agentMachine) ?? (program, arguments));
        var agent = options.AgentCapacity == 0
            ? null
            : await AgentHost.StartAsync(
                server, scratch.Path, options.AgentCapacity, environment,
                (program, arguments) => agentMachine?.Command(program, arguments, serverMachine) ?? (program, arguments),
                cancellationToken);
        var world = new World(scratch, postgres, server, agent) { Database = database, ServerMachine = serverMachine, AgentMachine = agentMachine };
        await world.PostAsync(
            "openapi/projects/project",
            new JsonObject { ["project_name"] = Project, ["project_key"] = Project, ["project_type"] = "yaml" },
            cancellationToken);
        if (options.Cluster is { } cluster)
        {
            await world.AddClusterAsync(cluster, cancellationToken);
        }
        return world;
    }

    /// <summary>Defines a build, for hosts where there is no cluster.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="script">Its bash script.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="more">Changes to the body before it is sent.</param>
    public Task DefineAsync(string name, string script, CancellationToken cancellationToken, Action<JsonObject>? more = null)
    {
        var body = Build(name, script);
        if (_runsInPods)
        {
            body["infrastructure"] = "kubernetes";
            body["build_os"] = Cluster;
            body["advanced_settings"] = new JsonObject
            {
                ["cluster_name"] = Cluster,
                // So little that the node is full by its processor and not by what was asked for.
                ["resource_spec"] = new JsonObject { ["cpu_req"] = 10, ["cpu_limit"] = 2000, ["memory_req"] = 16, ["memory_limit"] = 512 },
            };
        }
        more?.Invoke(body);
        return PostAsync($"openapi/build?projectKey={Project}", body, cancellationToken);
    }

    private async Task AddClusterAsync(KubernetesCluster cluster, CancellationToken cancellationToken)
    {
        await PostAsync(
            "openapi/system/cluster",
            new JsonObject { ["name"] = Cluster, ["type"] = "kubeconfig", ["kube_config"] = cluster.Kubeconfig, ["namespace"] = "default" },
            cancellationToken);
        await PostAsync("openapi/system/build-images", new JsonObject { ["label"] = Cluster, ["value"] = cluster.BuildImage }, cancellationToken);
        _runsInPods = true;
    }

    /// <summary>Body of a build for hosts.</summary>
    public static JsonObject Build(string name, string script) => new()
    {
        ["name"] = name,
        ["project_key"] = Project,
        ["infrastructure"] = "vm",
        ["build_os"] = "ubuntu 20.04",
        ["script_type"] = "shell",
        ["installs"] = new JsonArray(),
        ["services"] = new JsonArray(),
        ["build_script"] = script,
    };

    /// <summary>Posts a body that must be taken.</summary>
    public async Task PostAsync(string path, JsonNode body, CancellationToken cancellationToken)
    {
        using var answer = await Server.Http.PostAsJsonAsync(path, body, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{path}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Agent is not null)
        {
            await Agent.DisposeAsync();
        }
        await Server.DisposeAsync();
        if (Postgres is not null)
        {
            await Postgres.DisposeAsync();
        }
        ServerMachine?.Dispose();
        AgentMachine?.Dispose();
        Scratch.Dispose();
    }
}
