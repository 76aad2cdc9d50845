using Kiln.Bench.Worlds;

namespace Kiln.Bench.Measures;

/// <summary>
/// API calls a second beside those of the framework's bare JSON endpoint, in turn in the same minute: of the endpoint compiled
/// as the server is, which tells what the server's own work costs, and of the endpoint under the JIT, which a client would compare with.
/// </summary>
internal static class ApiMeasure
{
    private const int Clients = 8;
    private const int Rounds = 5;
    private const double Floor = 0.6;
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1.5);

    public static async Task<IReadOnlyList<Row>> RunAsync(Load load, CancellationToken cancellationToken)
    {
        await load.World.DefineAsync("asked", "true", cancellationToken);
        var runId = await load.StartAsync("asked", cancellationToken);
        await load.EndAsync(runId, cancellationToken);
        var rows = new List<Row>();
        foreach (var (name, path) in (IEnumerable<(string, string)>)
        [
            ("build detail", $"openapi/build/asked/detail?projectKey={World.Project}"),
            ("run", $"openapi/runs/{runId}"),
            ("list of 20 runs", "openapi/runs?pageSize=20"),
        ])
        {
            rows.AddRange(await CompareAsync(load, name, path, cancellationToken));
        }
        return rows;
    }

    private static async Task<IReadOnlyList<Row>> CompareAsync(Load load, string name, string path, CancellationToken cancellationToken)
    {
        var http = load.World.Server.Http;
        var directory = load.World.Scratch.Path;
        var size = (await http.GetByteArrayAsync(path, cancellationToken)).Length;
        await using var jit = await BareServer.StartAsync(BareServer.ForJit, size, directory, cancellationToken);
        await using var native = BareServer.Native is { } file
            ? await BareServer.StartAsync(file, size, directory, cancellationToken)
            : null;
        var (ours, overJit, overNative) = (new List<double>(), new List<double>(), new List<double>());
        var processor = TimeSpan.Zero;
        var calls = 0.0;
        for (var i = 0; i <= Rounds; i++)
        {
            var before = Footprint.Processor(load.World.Server.ProcessId);
            var rate = await RateAsync(load, http, path, cancellationToken);
            var used = Footprint.Processor(load.World.Server.ProcessId) - before;
            var nativeRate = native is null ? double.NaN : await RateAsync(load, native.Http, "bare", cancellationToken);
            var jitRate = await RateAsync(load, jit.Http, "bare", cancellationToken);
            if (i == 0)
            {
                continue; // Everything was cold.
            }
            ours.Add(rate);
            overNative.Add(rate / nativeRate);
            overJit.Add(rate / jitRate);
            processor += used;
            calls += rate * Slice.TotalSeconds;
        }
        var what = $"GET {name} ({size} bytes, {new Sample(ours).Median:0} calls/s, {processor.TotalMicroseconds / calls:0} µs of the server's CPU a call)";
        var rows = new List<Row>
        {
            Row.AtLeast($"{what}, over the bare endpoint under the JIT", new Sample(overJit).Median, "×", Floor, Floor),
        };
        if (native is not null)
        {
            rows.Insert(0, Row.AtLeast($"{what}, over the bare endpoint compiled as the server is", new Sample(overNative).Median, "×", Floor, Floor));
        }
        return rows;
    }

    private static async Task<double> RateAsync(Load load, HttpClient http, string path, CancellationToken cancellationToken)
    {
        var calls = 0;
        var began = load.Time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            while (load.Time.GetElapsedTime(began) < Slice)
            {
                await http.GetByteArrayAsync(path, cancellationToken);
                Interlocked.Increment(ref calls);
            }
        }));
        return calls / load.Time.GetElapsedTime(began).TotalSeconds;
    }
}
