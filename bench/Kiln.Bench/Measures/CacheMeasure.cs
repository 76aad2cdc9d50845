using System.Text.Json.Nodes;

namespace Kiln.Bench.Measures;

/// <summary>Saving and restoring a tree of 1 GB, beside tar and zstd alone, alternating in the same minutes.</summary>
internal static class CacheMeasure
{
    private const int Files = 8000;
    private const int Bytes = 128 * 1024;
    private const int Rounds = 3;

    public static async Task<IReadOnlyList<Row>> RunAsync(Load load, CancellationToken cancellationToken)
    {
        var scratch = load.World.Scratch;
        TreeMaker.Write(scratch["tree"], Files, Bytes);
        await load.World.DefineAsync(
            "cached",
            // Something new in it each time, so that there is something to keep.
            $"[ -d deps/0 ] || cp -r '{scratch["tree"]}/.' deps; date +%N > deps/stamp",
            cancellationToken,
            body => body["advanced_settings"] = new JsonObject
            {
                ["cache_setting"] = new JsonObject { ["enabled"] = true, ["cache_dir"] = "deps" },
            });
        await StepTimes.RunAsync(load, "cached", cancellationToken);
        var (saves, restores, ours) = (new List<double>(), new List<double>(), (Save: new List<double>(), Restore: new List<double>()));
        for (var i = 0; i < Rounds; i++)
        {
            var steps = await StepTimes.RunAsync(load, "cached", cancellationToken);
            await StepTimes.ShellAsync(load, "rm -rf t.tar fresh; mkdir fresh", cancellationToken);
            var packing = await StepTimes.ShellAsync(load, "tar -cf - -C tree . | zstd -q -T0 -3 -o t.tar", cancellationToken);
            var unpacking = await StepTimes.ShellAsync(load, "zstd -q -dc t.tar | tar -xf - -C fresh", cancellationToken);
            saves.Add(steps["cache_save"] / packing);
            restores.Add(steps["cache_restore"] / unpacking);
            ours.Save.Add(steps["cache_save"]);
            ours.Restore.Add(steps["cache_restore"]);
        }
        return
        [
            Row.AtMost($"cache save of 1 GB ({new Sample(ours.Save).Median:0.00} s), over tar and zstd", new Sample(saves).Median, "×", 2.0, 1.4),
            Row.AtMost($"cache restore of 1 GB ({new Sample(ours.Restore).Median:0.00} s), over zstd and tar", new Sample(restores).Median, "×", 1.5, 1.2),
        ];
    }
}
