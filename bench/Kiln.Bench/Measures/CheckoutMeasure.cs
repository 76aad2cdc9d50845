using System.Text.Json.Nodes;

namespace Kiln.Bench.Measures;

/// <summary>Checkout of 10,000 files, beside <c>git clone --depth 1</c>, alternating in the same minute.</summary>
internal static class CheckoutMeasure
{
    private const int Files = 10_000;
    private const int Bytes = 4096;
    private const int Rounds = 5;

    public static async Task<IReadOnlyList<Row>> RunAsync(Load load, CancellationToken cancellationToken)
    {
        var scratch = load.World.Scratch;
        TreeMaker.Write(scratch["git/team/files"], Files, Bytes);
        await StepTimes.ShellAsync(
            load,
            "cd git/team/files; git init -q -b main .; git add -A; git -c user.name=b -c user.email=b@b commit -q -m files",
            cancellationToken);
        await load.World.PostAsync(
            "openapi/system/codehosts",
            new JsonObject { ["name"] = "local", ["type"] = "other", ["address"] = $"file://{scratch["git"]}" },
            cancellationToken);
        await load.World.DefineAsync("checked-out", "true", cancellationToken, body => body["repo_info"] = new JsonArray(new JsonObject
        {
            ["codehost_name"] = "local", ["repo_namespace"] = "team", ["repo_name"] = "files", ["branch"] = "main",
        }));
        await StepTimes.RunAsync(load, "checked-out", cancellationToken);
        var (ratios, ours) = (new List<double>(), new List<double>());
        for (var i = 0; i < Rounds; i++)
        {
            var steps = await StepTimes.RunAsync(load, "checked-out", cancellationToken);
            var clone = await StepTimes.ShellAsync(
                load, $"rm -rf clone; git -c safe.directory='*' clone -q --depth 1 'file://{scratch["git/team/files"]}' clone", cancellationToken);
            ours.Add(steps["checkout"]);
            ratios.Add(steps["checkout"] / clone);
        }
        return
        [
            Row.AtMost(
                $"checkout of 10,000 files ({new Sample(ours).Median:0.00} s), over git clone --depth 1", new Sample(ratios).Median, "×", 1.5, 1.2),
        ];
    }
}
