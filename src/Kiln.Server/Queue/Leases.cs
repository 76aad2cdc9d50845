using System.Security.Cryptography;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;
using Kiln.Server.Storage;
using Kiln.Server.Telemetry;

namespace Kiln.Server.Queue;

/// <summary>Gives attempts to agents.</summary>
public sealed partial class Leases(
    Database database, SpecMaker specs, LeaseFacts facts, RunSignals signals, RunMeasures measures, ILogger<Leases> logger)
{
    // Bounds one reply; the agent asks again at once when it has room for more.
    private const int TakeLimit = 64;

    /// <summary>Leases as many waiting attempts as the agent has room for by this server's count.</summary>
    /// <param name="agent">Who asks.</param>
    /// <param name="isPaused">Whether an administrator keeps runs from its host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<TakenLeases> TakeAsync(AgentInfo agent, bool isPaused, CancellationToken cancellationToken)
    {
        if (agent.Draining || isPaused)
        {
            return new TakenLeases([], Room: 0);
        }
        var room = 0;
        var taken = await database.WriteAsync(
            async session =>
            {
                var free = Math.Max(0, agent.Capacity - await QueueSql.CountAsync(session, agent.AgentId));
                room = free;
                var materials = new List<LeaseMaterial>();
                if (free > 0)
                {
                    foreach (var (key, queuedAt) in await QueueSql.LeaseAsync(session, agent.AgentId, Math.Min(TakeLimit, free)))
                    {
                        await LeaseSql.HandOverAsync(session, key, agent);
                        materials.Add((await LeaseSql.MaterialAsync(session, key))! with { QueuedAt = queuedAt });
                    }
                }
                return materials;
            },
            cancellationToken);
        foreach (var material in taken)
        {
            Log.Leased(logger, material.Key.RunId, material.Key.Attempt, agent.Name);
            signals.Changed(material.Key.RunId);
            measures.Leased(material.Key, material.QueuedAt);
        }
        return new TakenLeases(await MakeAsync(taken, cancellationToken), room - taken.Count);
    }

    /// <summary>The same lease once more, for an agent that adopts a run directory; <c>null</c> = stale.</summary>
    internal async Task<Lease?> AgainAsync(LeaseKey key, CancellationToken cancellationToken)
    {
        var material = await database.WriteAsync(
            async session =>
            {
                if (await LeaseSql.FindAsync(session, key) is not { } attempt || !attempt.Accepts(key) || attempt.IsEnded)
                {
                    return null;
                }
                await facts.HeardAsync(session, attempt);
                return await LeaseSql.MaterialAsync(session, key);
            },
            cancellationToken);
        if (material is null)
        {
            return null;
        }
        measures.Adopted();
        return specs.Make(material);
    }

    /// <summary>What goes over the wire for leased attempts; one whose secrets cannot be opened is ended instead.</summary>
    internal async Task<List<Lease>> MakeAsync(List<LeaseMaterial> materials, CancellationToken cancellationToken)
    {
        var leases = new List<Lease>(materials.Count);
        foreach (var material in materials)
        {
            try
            {
                leases.Add(specs.Make(material));
            }
            catch (CryptographicException failure)
            {
                await facts.CannotStartAsync(
                    material.Key, RunReason.InternalError, $"The run's secrets cannot be opened: {failure.Message}", cancellationToken);
            }
        }
        return leases;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Run {RunId} attempt {Attempt} goes to host {Host}.")]
        public static partial void Leased(ILogger logger, long runId, int attempt, string host);
    }
}

/// <summary>What an agent was given.</summary>
/// <param name="Leases">The leases.</param>
/// <param name="Room">How many more its host could take.</param>
internal sealed record TakenLeases(List<Lease> Leases, int Room);
