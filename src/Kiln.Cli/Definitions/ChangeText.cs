using System.Text;
using System.Text.Json.Nodes;
using Kiln.Cli.Output;

namespace Kiln.Cli.Definitions;

/// <summary>A planned change for people: one line, and below it the lines of the definition that differ.</summary>
internal static class ChangeText
{
    private const string Indent = "    ";

    /// <summary>The change as text.</summary>
    public static string Of(PlannedChange change, Palette palette)
    {
        var text = new StringBuilder(change.Kind switch
        {
            ChangeKind.Create => palette.Green($"+ {change.Id}"),
            ChangeKind.Update => palette.Yellow($"~ {change.Id}"),
            ChangeKind.Delete => palette.Red($"- {change.Id}"),
            _ => palette.Dim($"= {change.Id}"),
        });
        text.Append('\n');
        if (change.Kind is not (ChangeKind.Create or ChangeKind.Update))
        {
            return text.ToString();
        }
        foreach (var line in LineDiff.Of(Yaml(change.Before), Yaml(Marked(change))))
        {
            text.Append(Indent).Append(line.Mark switch
            {
                '+' => palette.Green($"+ {line.Text}"),
                '-' => palette.Red($"- {line.Text}"),
                '…' => palette.Dim("…"),
                _ => palette.Dim($"  {line.Text}").TrimEnd(),
            }).Append('\n');
        }
        foreach (var warning in change.Warnings)
        {
            text.Append(Indent).Append(palette.Yellow($"warning: {warning}")).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>How many of each, for a last line.</summary>
    public static string Counts(IEnumerable<PlannedChange> changes)
    {
        var counts = changes.CountBy(change => change.Kind).ToDictionary();
        return $"{counts.GetValueOrDefault(ChangeKind.Create)} created, {counts.GetValueOrDefault(ChangeKind.Update)} updated, "
            + $"{counts.GetValueOrDefault(ChangeKind.Delete)} deleted, {counts.GetValueOrDefault(ChangeKind.None)} unchanged";
    }

    private static string Yaml(JsonObject? body) => body is null ? "" : YamlWriter.Document(body);

    // Both sides of a changed secret are masked, so the new one says that it is another.
    private static JsonObject? Marked(PlannedChange change)
    {
        var after = change.After?.DeepClone().AsObject();
        foreach (var path in change.ChangedSecrets)
        {
            Mark(after, path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries));
        }
        return after;
    }

    private static void Mark(JsonNode? node, ReadOnlySpan<string> path)
    {
        while (path.Length > 1)
        {
            node = path[0][0] == '[' ? node?[int.Parse(path[0][1..^1])] : node?[path[0]];
            path = path[1..];
        }
        const string changed = "******** (changed)";
        if (node is JsonObject map && path.Length == 1 && map.ContainsKey(path[0]))
        {
            map[path[0]] = changed;
        }
        else if (node is JsonArray list && path.Length == 1)
        {
            list[int.Parse(path[0][1..^1])] = changed;
        }
    }
}
