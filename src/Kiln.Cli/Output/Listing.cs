using System.Text.Json.Nodes;

namespace Kiln.Cli.Output;

/// <summary>A column of a list.</summary>
/// <param name="Title">Its head.</param>
/// <param name="Text">The cell of an item.</param>
internal sealed record Column(string Title, Func<JsonObject, string> Text)
{
    /// <summary>True: only with <c>-o wide</c>.</summary>
    public bool IsExtra { get; init; }
}

/// <summary>How items of an answer are listed.</summary>
/// <param name="Name">What names an item.</param>
/// <param name="Columns">The columns, left to right.</param>
internal sealed record Listing(Func<JsonObject, string> Name, IReadOnlyList<Column> Columns)
{
    /// <summary>Writes items.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="format">How.</param>
    /// <param name="items">The items.</param>
    /// <param name="answer">What stands for them in <c>json</c> and <c>yaml</c>.</param>
    public async Task WriteAsync(Terminal terminal, OutputFormat format, IReadOnlyList<JsonObject> items, JsonNode answer)
    {
        switch (format)
        {
            case OutputFormat.Json:
                await terminal.Output.WriteLineAsync(JsonText.Of(answer));
                break;
            case OutputFormat.Yaml:
                await terminal.Output.WriteAsync(YamlWriter.Document(answer));
                break;
            case OutputFormat.Name:
                foreach (var item in items)
                {
                    await terminal.Output.WriteLineAsync(Name(item));
                }
                break;
            default:
                var columns = Columns.Where(column => !column.IsExtra || format == OutputFormat.Wide).ToList();
                await terminal.Output.WriteAsync(Table.Of(
                    [.. columns.Select(column => column.Title)],
                    [.. items.Select(item => (IReadOnlyList<string>)[.. columns.Select(column => column.Text(item))])],
                    format == OutputFormat.Wide ? null : terminal.Width,
                    terminal.Palette));
                break;
        }
    }
}
