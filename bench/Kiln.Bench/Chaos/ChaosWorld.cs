using System.Text.Json.Nodes;
using Kiln.Bench.Worlds;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Chaos;

/// <summary>A world with the load's builds, and the hand that strikes in it. What is struck comes back by itself.</summary>
internal sealed class ChaosWorld : IAsyncDisposable
{
    private const int Capacity = 4;

    private readonly World _world;
    private readonly GitHost _git;
    private readonly Mortal _server;
    private readonly Mortal _database;

    private ChaosWorld(World world, PodGround? pods, TimeProvider time)
    {
        _world = world;
        Api = new PatientApi(world.Server, time);
        var address = world.Server.Address.Host;
        Witness = new Witness(address);
        var repositories = new GitDirectory(world.Scratch);
        repositories.Commit("team/app.git", "refs/heads/main", "marker", Marker);
        _git = new GitHost(repositories, address: address);
        _database = world.Postgres is not { } postgres
            ? Mortal.Nobody(time)
            : new Mortal(
                _ =>
                {
                    postgres.Kill();
                    return Task.CompletedTask;
                },
                _ => postgres.StartAgainAsync(),
                time);
        _server = new Mortal(
            world.Server.CrashAsync,
            async cancel =>
            {
                // A server waits for its database, but it has to find one when it starts.
                await _database.StandsAsync(cancel);
                await world.Server.RestartAsync(cancel);
            },
            time);
        Ground = pods is null ? new HostGround(world, _server, _database, time) : pods;
    }

    public PatientApi Api { get; }

    public Witness Witness { get; }

    public IGround Ground { get; }

    /// <summary>First line of a checkout's log.</summary>
    public static string Marker => "marker of the repository\n";

    public static async Task<ChaosWorld> StartAsync(ChaosOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var pods = options.RunsInPods ? await PodGround.StartAsync(time, cancellationToken) : null;
        try
        {
            var world = await World.StartAsync(
                new WorldOptions
                {
                    AgentCapacity = pods is null ? Capacity : 0,
                    EmbeddedCapacity = pods is null ? 2 : 0,
                    UsesPostgres = options.UsesPostgres,
                    HasPoweredMachines = options.CutsPower,
                    Cluster = pods?.Cluster,
                    ServerOptions = pods is null ? ["--grace", "1s"] : ["--grace", "1s", "--lost-after", "60s"],
                },
                cancellationToken);
            var chaos = new ChaosWorld(world, pods, time);
            await chaos.PrepareAsync(cancellationToken);
            return chaos;
        }
        catch when (pods is not null)
        {
            await pods.DisposeAsync();
            throw;
        }
    }

    /// <summary>Strikes, and brings back what was struck. What happened, for people.</summary>
    /// <param name="strike">The blow.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string> StrikeAsync(Strike strike, CancellationToken cancellationToken)
    {
        var down = TimeSpan.FromMilliseconds(strike.DownMs);
        switch (strike.Victim)
        {
            case Victim.Server:
                await _server.StrikeAsync(down, cancellationToken);
                return $"server for {strike.DownMs} ms";
            case Victim.Database:
                await _database.StrikeAsync(down, cancellationToken);
                return $"database for {strike.DownMs} ms";
            default:
                return await Ground.StrikeAsync(strike, cancellationToken);
        }
    }

    /// <summary>What the programs said, for somebody who looks for a cause.</summary>
    public string Logs() => $"server:\n{_world.Server.Log}\n{Ground.Logs()}";

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await Ground.DisposeAsync();
        await _git.DisposeAsync();
        await Witness.DisposeAsync();
        _server.Dispose();
        _database.Dispose();
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await _world.PostAsync("openapi/system/codehosts", new JsonObject
        {
            ["name"] = "git", ["type"] = "other", ["address"] = $"http://{_world.Server.Address.Host}:{_git.Port}",
        }, cancellationToken);
        foreach (var kind in Enum.GetValues<RunKind>())
        {
            await _world.DefineAsync(
                LoadScripts.NameOf(kind), LoadScripts.ScriptOf(kind, Witness), cancellationToken, body => Furnish(body, kind));
        }
    }

    private static void Furnish(JsonObject body, RunKind kind)
    {
        body["parameters"] = LoadScripts.Parameters();
        if (kind == RunKind.Checkout)
        {
            body["repo_info"] = new JsonArray(new JsonObject
            {
                ["codehost_name"] = "git", ["repo_namespace"] = "team", ["repo_name"] = "app", ["branch"] = "main",
            });
        }
        if (kind == RunKind.Upload)
        {
            body["post_build"] = new JsonObject { ["file_archive"] = new JsonObject { ["file_location"] = "out" } };
        }
    }
}
