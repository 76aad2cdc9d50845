using Kiln.Bench.Worlds;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Measures;

/// <summary>API calls a second beside those of the framework's bare JSON endpoint, alternating in the same minute.</summary>
internal static class ApiMeasure
{
    private const int Clients = 8;
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
            var size = (await load.World.Server.Http.GetByteArrayAsync(path, cancellationToken)).Length;
            await using var bare = await BareAsync(size, load.World.Scratch.Path, cancellationToken);
            using var bareHttp = new HttpClient { BaseAddress = new Uri(bare.Output.Trim()) };
            var ratios = new List<double>();
            var rates = new List<double>();
            await RateAsync(load, load.World.Server.Http, path, cancellationToken);
            await RateAsync(load, bareHttp, "bare", cancellationToken);
            for (var i = 0; i < 3; i++)
            {
                var ours = await RateAsync(load, load.World.Server.Http, path, cancellationToken);
                var theirs = await RateAsync(load, bareHttp, "bare", cancellationToken);
                ratios.Add(ours / theirs);
                rates.Add(ours);
            }
            rows.Add(Row.AtLeast(
                $"GET {name} ({size} bytes, {new Sample(rates).Median:0} calls/s), over the bare endpoint",
                new Sample(ratios).Median, "×", 0.6, 0.6));
        }
        return rows;
    }

    private static async Task<RunningProgram> BareAsync(int size, string directory, CancellationToken cancellationToken)
    {
        var program = RunningProgram.Start(
            Environment.ProcessPath!, ["bare", "--size", $"{size}"], directory,
            ("DOTNET_ROOT", Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? ""));
        while (program.Output.Length == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }
        return program;
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
