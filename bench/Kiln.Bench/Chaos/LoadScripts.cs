using System.Text;
using System.Text.Json.Nodes;

namespace Kiln.Bench.Chaos;

/// <summary>The scripts of the load. What each writes follows from its run's number and inputs, so it can be checked byte for byte.</summary>
internal static class LoadScripts
{
    private const string Padding = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Name of the build for a kind.</summary>
    public static string NameOf(RunKind kind) => $"chaos-{kind.ToString().ToLowerInvariant()}";

    /// <summary>The script of a kind. It tells a witness that it runs, and how it ends.</summary>
    public static string ScriptOf(RunKind kind, Witness witness)
    {
        // Of a sleep that a stop ends before its shell, bash says "Terminated": those are not the script's words.
        var before = kind == RunKind.Checkout ? "cat app/marker\n" : "";
        var after = kind == RunKind.Upload ? "mkdir -p out\nseq 1 $LINES > \"out/$PKG_FILE\"\n" : "";
        return $$"""
            {{witness.Tell("start $TASK_ID")}}
            {{before}}i=0
            while [ $i -lt $LINES ]; do
              i=$((i+1))
              echo "run $TASK_ID line $i of $LINES {{Padding}}"
              [ $((i % PAUSE)) -ne 0 ] || { sleep 0.01; } 2>/dev/null
            done
            {{after}}{{witness.Tell("end $TASK_ID $CODE")}}
            exit $CODE
            """;
    }

    /// <summary>The parameters that a run's inputs set.</summary>
    public static JsonArray Parameters() => new(Parameter("LINES"), Parameter("CODE"), Parameter("PAUSE"));

    /// <summary>The inputs of a run.</summary>
    public static JsonArray InputsOf(LoadRun run) =>
        new(Input("LINES", run.Lines), Input("CODE", run.ExitCode), Input("PAUSE", run.PauseEvery));

    /// <summary>What the script step of a run writes when nothing stops it.</summary>
    public static byte[] ExpectedLog(long runId, LoadRun run, string marker)
    {
        var text = new StringBuilder();
        if (run.Kind == RunKind.Checkout)
        {
            text.Append(marker);
        }
        for (var line = 1; line <= run.Lines; line++)
        {
            text.Append("run ").Append(runId).Append(" line ").Append(line).Append(" of ").Append(run.Lines)
                .Append(' ').Append(Padding).Append('\n');
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>What an upload keeps.</summary>
    public static byte[] ExpectedFile(LoadRun run) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(1, run.Lines).Select(line => $"{line}\n")));

    private static JsonObject Parameter(string key) => new() { ["key"] = key, ["type"] = "string", ["default_value"] = "1" };

    private static JsonObject Input(string key, int value) => new() { ["key"] = key, ["value"] = $"{value}" };
}
