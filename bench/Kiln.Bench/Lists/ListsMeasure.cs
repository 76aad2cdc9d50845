using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Kiln.Bench.Measures;
using Kiln.Bench.Worlds;

namespace Kiln.Bench.Lists;

/// <summary>Times calls on a store of one page of everything beside those on a filled one.</summary>
internal static class ListsMeasure
{
    private const int PageSize = 20;
    private const int Calls = 200;
    private const int Warming = 20;
    private const double Most = 2;

    public static async IAsyncEnumerable<Row> RunAsync(
        string database, ListsSize size, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Both at once, called in turn: what else the machine does meets both.
        await using var one = await StartAsync(database, time, cancellationToken);
        await using var many = await StartAsync(database, time, cancellationToken);
        await many.Server.CrashAsync(cancellationToken);
        var began = time.GetTimestamp();
        await ListsFill.RunAsync(many, size, many.Database, cancellationToken);
        await many.Server.RestartAsync(cancellationToken);
        yield return new Row(
            $"{database}: {size.Builds} builds and {size.Runs} runs made", Text.Of(time.GetElapsedTime(began).TotalSeconds, "s"));

        foreach (var (what, few, path) in Lists(size))
        {
            var total = await FirstAsync(many, path, cancellationToken);
            foreach (var (where, page) in Pages(path, total))
            {
                var (small, large) = await MediansAsync(one, few, many, page, time, cancellationToken);
                yield return Row.AtMost(
                    $"{database}: {what}{where}: {Text.Of(large, "ms")}, in a store of one page {Text.Of(small, "ms")}; so",
                    large / small, "×", Most, Most);
            }
        }
    }

    private static async Task<World> StartAsync(string database, TimeProvider time, CancellationToken cancellationToken)
    {
        var world = await World.StartAsync(
            new WorldOptions { EmbeddedCapacity = 2, UsesPostgres = database == "postgresql" }, cancellationToken);
        var load = new Load(world, time);
        for (var i = 1; i <= PageSize; i++)
        {
            await world.DefineAsync($"listed-{i}", "true", cancellationToken);
            var run = await load.StartAsync($"listed-{i}", cancellationToken);
            await load.EndAsync(run, cancellationToken);
        }
        return world;
    }

    /// <summary>What is listed, how it is asked for in a store of one page, and in a large one.</summary>
    private static IEnumerable<(string What, string Few, string Path)> Lists(ListsSize size)
    {
        const string runs = "openapi/runs?pageSize=20";
        const string passed = "openapi/runs?status=passed&pageSize=20";
        const string project = $"projectKey={World.Project}";
        return
        [
            ("all runs", runs, runs),
            ("runs of a project", $"{runs}&{project}", $"{runs}&{project}"),
            ("passed runs", passed, passed),
            ("failed runs of a project", $"{passed}&{project}", $"openapi/runs?status=failed&{project}&pageSize=20"),
            ("runs of a service", runs, $"{runs}&service_name=svc-31"),
            ("failed runs of a service", passed, $"openapi/runs?service_name=svc-0&status=failed&pageSize=20"),
            ("builds of a project", $"openapi/build?{project}&pageSize=20", $"openapi/build?{project}&pageSize=20"),
            ("builds by name", $"openapi/build?{project}&sort=name&pageSize=20", $"openapi/build?{project}&sort=name&pageSize=20"),
            ("one run", "openapi/runs/1", $"openapi/runs/{1000 + (size.Runs / 2)}"),
            ("one build", $"openapi/build/listed-1/detail?{project}", $"openapi/build/many-{size.Builds / 2}/detail?{project}"),
        ];
    }

    private static IEnumerable<(string Where, string Path)> Pages(string path, long? total)
    {
        if (total is not { } all)
        {
            return [("", path)];
        }
        var last = Math.Max(1, (all + PageSize - 1) / PageSize);
        return
        [
            ($" ({all}), first page", path),
            (", middle page", $"{path}&pageNum={Math.Max(1, last / 2)}"),
            (", last full page", $"{path}&pageNum={Math.Max(1, last - 1)}"),
        ];
    }

    /// <summary>The total of a list; read until it was counted ahead, as a server that has been running has done.</summary>
    private static async Task<long?> FirstAsync(World world, string path, CancellationToken cancellationToken)
    {
        long? total = null;
        for (var i = 0; i < 20; i++)
        {
            total = (long?)JsonNode.Parse(await world.Server.Http.GetStringAsync(path, cancellationToken))!["total"];
            await Task.Delay(TimeSpan.FromMilliseconds(total > 100_000 ? 500 : 10), TimeProvider.System, cancellationToken);
        }
        return total;
    }

    private static async Task<(double Small, double Large)> MediansAsync(
        World one, string few, World many, string page, TimeProvider time, CancellationToken cancellationToken)
    {
        var (small, large) = (new List<double>(), new List<double>());
        for (var i = 0; i < Calls + Warming; i++)
        {
            var (first, second) = (
                await TimeAsync(one, few, time, cancellationToken), await TimeAsync(many, page, time, cancellationToken));
            if (i >= Warming)
            {
                small.Add(first);
                large.Add(second);
            }
        }
        return (new Sample(small).Median, new Sample(large).Median);
    }

    private static async Task<double> TimeAsync(World world, string path, TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var answer = await world.Server.Http.GetAsync(path, cancellationToken);
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return time.GetElapsedTime(began).TotalMilliseconds;
    }
}
