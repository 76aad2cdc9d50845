using System.Text;
using System.Text.Json.Nodes;
using Kiln.Cli.Output;

namespace Kiln.Cli.Runs;

/// <summary>Draws a tree of artifacts: directories first, with the sums of what is in them.</summary>
internal static class ArtifactTreeText
{
    public static string Of(JsonNode? tree)
    {
        var text = new StringBuilder();
        text.Append($"{Files(tree)}, {RunSummary.Size(tree.Number("size"))}\n");
        Append(text, tree, indent: "");
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? directory, string indent)
    {
        var directories = directory.Objects("directories");
        var contents = directory.Objects("contents");
        var left = directories.Count + contents.Count;
        foreach (var below in directories)
        {
            var isLast = --left == 0;
            text.Append($"{indent}{(isLast ? "└── " : "├── ")}{below.Text("name")}/  {Files(below)}, {RunSummary.Size(below.Number("size"))}\n");
            Append(text, below, indent + (isLast ? "    " : "│   "));
        }
        foreach (var file in contents)
        {
            text.Append($"{indent}{(--left == 0 ? "└── " : "├── ")}{file.Text("name")}  {RunSummary.Size(file.Number("size"))}\n");
        }
    }

    private static string Files(JsonNode? directory) => directory.Number("files") is var count and not 1 ? $"{count} files" : "1 file";
}
