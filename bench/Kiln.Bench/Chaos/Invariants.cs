using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kiln.Bench.Worlds;
using Kiln.Contracts.Runs;

namespace Kiln.Bench.Chaos;

/// <summary>What holds after every round, whoever was killed: read from the API and from what the scripts left outside.</summary>
internal sealed class Invariants(ChaosWorld world)
{
    private const string NothingForgotten = "no acknowledged request is forgotten";
    private const string EndsOnce = "every run ends, once, with its true result";
    private const string RunsOnce = "no run runs twice";
    private const string LogWhole = "no log byte is lost or doubled";
    private const string NothingLeft = "nothing of an ended run is left";

    /// <summary>Names of all, in the order of the verdict.</summary>
    public static IReadOnlyList<string> All { get; } = [NothingForgotten, EndsOnce, RunsOnce, LogWhole, NothingLeft];

    /// <summary>Checks a round.</summary>
    /// <param name="runs">Every run that was acknowledged.</param>
    /// <param name="builds">Every definition that was acknowledged.</param>
    /// <param name="total">How many runs the store must hold in all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<List<Violation>> CheckAsync(
        IReadOnlyList<StartedRun> runs, IReadOnlyList<string> builds, int total, CancellationToken cancellationToken)
    {
        var found = new List<Violation>();
        var (starts, ends) = (world.Witness.Starts, world.Witness.Ends);
        foreach (var run in runs)
        {
            var view = await world.Api.GetAsync(run.RunId, cancellationToken);
            found.AddRange(CheckEnd(run, view, starts[run.RunId].Count(), [.. ends[run.RunId]]));
            found.AddRange(await CheckLogAsync(run, view, starts[run.RunId].Any(), cancellationToken));
            if (view.Status == RunStatus.Passed && run.Load.Kind == RunKind.Upload)
            {
                found.AddRange(await CheckUploadAsync(run, cancellationToken));
            }
        }
        foreach (var build in builds)
        {
            if (await world.Api.FindAsync($"openapi/build/{build}/detail?projectKey={World.Project}", cancellationToken) is null)
            {
                found.Add(new(NothingForgotten, $"build {build} was acknowledged and is not there"));
            }
        }
        var page = JsonNode.Parse((await world.Api.FindAsync("openapi/runs?pageSize=1", cancellationToken))!)!;
        if ((int)page["total"]! != total)
        {
            found.Add(new(NothingForgotten, $"{total} runs were acknowledged, {page["total"]} are there"));
        }
        return found;
    }

    /// <summary>Checks that nothing is left where the runs were.</summary>
    public async Task<IEnumerable<Violation>> CheckLeftoversAsync(CancellationToken cancellationToken) =>
        (await world.Ground.LeftoversAsync(cancellationToken)).Select(left => new Violation(NothingLeft, left));

    /// <summary>Where the whole log of a run is.</summary>
    public static string LogOf(long runId) => $"openapi/runs/{runId}/log";

    /// <summary>What it means when a run does not end.</summary>
    public static Violation Endless(RunView view) =>
        new(EndsOnce, $"run {view.RunId} does not end: {view.Status} {view.Reason} {view.Message}");

    /// <summary>What it means when an end changes.</summary>
    public static Violation Changed(RunView before, RunView after) => new(
        EndsOnce, $"run {before.RunId} ended as {before.Status} {before.Reason} and became {after.Status} {after.Reason}");

    private IEnumerable<Violation> CheckEnd(StartedRun run, RunView view, int starts, int[] ends)
    {
        var said = $"run {run.RunId} ({run.Load.Kind}) is {view.Status} {view.Reason}, exit code {view.ExitCode}, attempt {view.Attempt}: {view.Message}";
        if (starts > 1 || ends.Length > 1 || view.Attempt != 1)
        {
            yield return new(RunsOnce, $"{said}; its script began {starts} times and ended {ends.Length} times");
        }
        var isTrue = view.Status switch
        {
            RunStatus.Passed => ends is [0] && run.Load.ExitCode == 0,
            RunStatus.Failed => ends is [not 0] && view.ExitCode == run.Load.ExitCode && view.Reason == RunReason.ScriptFailed,
            RunStatus.Cancelled => run.IsCancelled && view.Reason == RunReason.CancelledByUser,
            RunStatus.Lost => world.Ground.Excuses(view, starts > 0),
            _ => false,
        };
        if (!isTrue)
        {
            yield return new(EndsOnce, $"{said}; its script began {starts} times and ended with [{string.Join(", ", ends)}]"
                + (run.IsCancelled ? ", a cancel was acknowledged" : "") + (world.Ground.WasStruck(run.RunId) ? ", it was struck" : ""));
        }
    }

    private async Task<IEnumerable<Violation>> CheckLogAsync(
        StartedRun run, RunView view, bool hasBegun, CancellationToken cancellationToken)
    {
        var log = await world.Api.FindAsync($"{LogOf(run.RunId)}?step=script", cancellationToken) ?? [];
        var expected = LoadScripts.ExpectedLog(run.RunId, run.Load, ChaosWorld.Marker);
        var isWhole = view.Status is RunStatus.Passed or RunStatus.Failed && hasBegun;
        if (isWhole ? Hash(log) == Hash(expected) : expected.AsSpan().StartsWith(log))
        {
            var whole = await world.Api.FindAsync(LogOf(run.RunId), cancellationToken) ?? [];
            var isForgotten = view.Status == RunStatus.Lost && world.Ground.LostPower(run.RunId) && run.LogShown.AsSpan().StartsWith(Known(whole));
            return whole.AsSpan().StartsWith(run.LogShown) || isForgotten
                ? []
                : [new(LogWhole, $"run {run.RunId} is {view.Status} and has {whole.Length} log bytes, of the {run.LogShown.Length} that "
                    + $"were shown while it ran {whole.AsSpan().CommonPrefixLength(run.LogShown)} are the same")];
        }
        var same = log.AsSpan().CommonPrefixLength(expected);
        var rest = System.Text.Encoding.UTF8.GetString(log.AsSpan(same, Math.Min(80, log.Length - same)));
        return [new(LogWhole, $"run {run.RunId} is {view.Status} and has {log.Length} log bytes, its script wrote {expected.Length}; "
            + $"they agree up to {same}, then comes \"{rest}\"")];
    }

    // The server's own last line, behind what it has of the log of a run that is lost.
    private static ReadOnlySpan<byte> Known(ReadOnlySpan<byte> log) =>
        log.IndexOf("\e[2m[kiln]\e[0m The log is known up to here."u8) is >= 0 and var end ? log[..end] : log;

    private async Task<IEnumerable<Violation>> CheckUploadAsync(StartedRun run, CancellationToken cancellationToken)
    {
        var list = JsonNode.Parse((await world.Api.FindAsync($"openapi/runs/{run.RunId}/artifacts", cancellationToken))!)!;
        if (list["artifacts"]!.AsArray() is not [{ } artifact])
        {
            return [new(LogWhole, $"run {run.RunId} keeps not one file: {list.ToJsonString()}")];
        }
        var kept = await world.Api.FindAsync($"openapi/runs/{run.RunId}/artifacts/{artifact["path"]}", cancellationToken) ?? [];
        return Hash(kept) == Hash(LoadScripts.ExpectedFile(run.Load)) && Hash(kept) == (string)artifact["sha256"]!
            ? []
            : [new(LogWhole, $"run {run.RunId}: its file has {kept.Length} bytes and is not what was written")];
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
