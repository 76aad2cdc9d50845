using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kiln.Bench.Worlds;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Bench.Measures;

/// <summary>What the measures ask of a server, on connections that stay open.</summary>
internal sealed class Load(World world, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    public World World => world;

    public TimeProvider Time => time;

    /// <summary>Does something many times, by so many at once; each takes the next when it has done one.</summary>
    /// <param name="count">How many times; they are numbered from 1.</param>
    /// <param name="clients">How many at once.</param>
    /// <param name="one">Does it once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task ByClientsAsync(int count, int clients, Func<int, CancellationToken, ValueTask> one, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(1, count), new ParallelOptions { MaxDegreeOfParallelism = clients, CancellationToken = cancellationToken }, one);

    /// <summary>Starts a run; its number.</summary>
    public async Task<long> StartAsync(string build, CancellationToken cancellationToken)
    {
        var answer = await world.Server.Client.StartRunAsync(World.Project, build, new RunRequest(), cancellationToken);
        return answer is Answer<RunAccepted>.Ok ok ? ok.Value.RunId : throw new InvalidOperationException($"{build}: {answer}");
    }

    /// <summary>Follows a run's log to its end, which is the run's.</summary>
    public async Task EndAsync(long runId, CancellationToken cancellationToken) =>
        await world.Server.Client.CopyLogAsync(runId, follow: true, Stream.Null, cancellationToken);

    /// <summary>Follows a run's events to its end.</summary>
    public async Task EndWatchedAsync(long runId, CancellationToken cancellationToken)
    {
        await foreach (var _ in world.Server.Client.WatchRunAsync(runId, cancellationToken))
        {
            // Until its end.
        }
    }

    /// <summary>Waits for a run's end and reads nothing of its log.</summary>
    public async Task EndUnseenAsync(long runId, CancellationToken cancellationToken)
    {
        while (await world.Server.Client.GetRunAsync(runId, cancellationToken) is not Answer<RunView>.Ok { Value.Status: >= RunStatus.Passed })
        {
            await Task.Delay(Look, time, cancellationToken);
        }
    }

    /// <summary>How a run stands, for a sentence.</summary>
    public async Task<string> StandAsync(long runId, CancellationToken cancellationToken) =>
        await world.Server.Client.GetRunAsync(runId, cancellationToken) is Answer<RunView>.Ok { Value: var run }
            ? $"run {runId} is {run.Status.ToString().ToLowerInvariant()} {run.Reason} {run.Message}".TrimEnd()
            : $"run {runId} cannot be read";

    /// <summary>Runs of a build that stand so.</summary>
    public Task<int> CountAsync(string build, RunStatus status, CancellationToken cancellationToken) =>
        CountAsync(build, status.ToString().ToLowerInvariant(), cancellationToken);

    /// <summary>The script's bytes.</summary>
    public Task<Stream> ScriptLogAsync(long runId, CancellationToken cancellationToken) =>
        world.Server.Http.GetStreamAsync($"openapi/runs/{runId}/log?step=script", cancellationToken);

    /// <summary>The script's bytes as text.</summary>
    public Task<string> ScriptTextAsync(long runId, CancellationToken cancellationToken) =>
        world.Server.Http.GetStringAsync($"openapi/runs/{runId}/log?step=script", cancellationToken);

    /// <summary>SHA-256 of a stream, read to its end.</summary>
    public static async Task<string> HashAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using (stream)
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
        }
    }

    /// <summary>Starts many runs from several clients at once and waits until all have ended.</summary>
    /// <param name="build">The build.</param>
    /// <param name="runs">How many.</param>
    /// <param name="clients">From how many clients.</param>
    /// <param name="look">How often it is looked whether they have ended: each look costs the server three calls.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Seconds from the first call to the last end; errors of calls and runs that did not pass.</returns>
    public async Task<(double Seconds, int Errors)> BurstAsync(
        string build, int runs, int clients, TimeSpan look, CancellationToken cancellationToken)
    {
        var before = await CountAsync(build, "passed", cancellationToken);
        var errors = new ConcurrentBag<string>();
        var began = time.GetTimestamp();
        await ByClientsAsync(runs, clients, async (_, limited) =>
        {
            try
            {
                await StartAsync(build, limited);
            }
            catch (Exception failed) when (failed is InvalidOperationException or HttpRequestException)
            {
                errors.Add(failed.Message);
            }
        }, cancellationToken);
        var expected = runs - errors.Count;
        while (await CountAsync(build, "passed", cancellationToken) - before < expected)
        {
            if (await CountAsync(build, "failed", cancellationToken) + await CountAsync(build, "lost", cancellationToken) is > 0 and var failed)
            {
                return (time.GetElapsedTime(began).TotalSeconds, errors.Count + failed);
            }
            await Task.Delay(look, time, cancellationToken);
        }
        return (time.GetElapsedTime(began).TotalSeconds, errors.Count);
    }

    /// <summary>Milliseconds since the Unix epoch, with a fraction.</summary>
    public double NowMs() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;

    private async Task<int> CountAsync(string build, string status, CancellationToken cancellationToken)
    {
        var page = await world.Server.Http.GetFromJsonAsync<JsonObject>(
            $"openapi/runs?projectKey={World.Project}&build_name={build}&status={status}&pageSize=1", cancellationToken);
        return (int)page!["total"]!;
    }
}
