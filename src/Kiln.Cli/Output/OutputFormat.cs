using System.CommandLine;

namespace Kiln.Cli.Output;

/// <summary>How something is shown.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>For people with room: more columns, nothing cut.</summary>
    Wide,

    /// <summary>The server's answer.</summary>
    Json,

    /// <summary>The server's answer as YAML.</summary>
    Yaml,

    /// <summary>Names alone, one a line.</summary>
    Name,
}

/// <summary>The option <c>-o</c>.</summary>
internal sealed class OutputOption
{
    private readonly Option<string> _option = new("--output", "-o")
    {
        Description = "table, wide, json, yaml or name.",
        HelpName = "FORMAT",
        DefaultValueFactory = static _ => "table",
    };

    public OutputOption(Command command)
    {
        _option.AcceptOnlyFromAmong("table", "wide", "json", "yaml", "name");
        command.Options.Add(_option);
    }

    public OutputFormat Of(ParseResult parsed) => parsed.GetRequiredValue(_option) switch
    {
        "wide" => OutputFormat.Wide,
        "json" => OutputFormat.Json,
        "yaml" => OutputFormat.Yaml,
        "name" => OutputFormat.Name,
        _ => OutputFormat.Table,
    };
}
