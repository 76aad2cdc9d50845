using System.Text;
using System.Text.Json.Nodes;
using Kiln.Cli.Output;

namespace Kiln.Cli.Runs;

/// <summary>What a run would do, for people.</summary>
internal static class ExplanationText
{
    private const int NameWidth = 12;

    public static string Of(JsonNode explained, Palette palette)
    {
        var text = new StringBuilder();
        foreach (var problem in explained.Objects("missing"))
        {
            var field = problem.Text("field");
            text.Append(palette.Red($"missing: {(field.Length > 0 ? $"{field}: " : "")}{problem.Text("message")}")).Append('\n');
        }
        foreach (var notice in explained.Texts("notices"))
        {
            text.Append(palette.Yellow($"notice: {notice}")).Append('\n');
        }
        if (explained["place"] is JsonObject place)
        {
            text.Append($"{palette.Bold("place")}\n  {place.Text("message")}\n");
        }
        if (explained["keep_workspace_minutes"]?.GetValue<int>() is > 0 and var minutes)
        {
            text.Append($"{palette.Bold("workspace")}\n  kept for {minutes} min if the run fails\n");
        }
        Section(text, palette, "repositories", explained.Objects("repos").Select(repo =>
            (repo.Text("directory"), $"{repo.Text("url")} {repo.Text("ref")} {Short(repo.Text("commit_id"))}".TrimEnd())));
        foreach (var step in explained.Objects("steps"))
        {
            text.Append($"{palette.Bold(step.Text("name"))}\n");
            foreach (var line in step.Texts("does"))
            {
                text.Append($"  {line.Replace("\n", "\n  ", StringComparison.Ordinal)}\n");
            }
        }
        Section(text, palette, "variables", explained.Objects("variables").Select(variable => (variable.Text("name"), variable.Text("value"))));
        return text.ToString();
    }

    private static void Section(StringBuilder text, Palette palette, string title, IEnumerable<(string Name, string Value)> lines)
    {
        var head = $"{palette.Bold(title)}\n";
        foreach (var (name, value) in lines)
        {
            text.Append(head).Append($"  {DisplayWidth.Pad(name, NameWidth)} {value}\n");
            head = "";
        }
    }

    private static string Short(string commit) => commit.Length > 10 ? commit[..10] : commit;
}
