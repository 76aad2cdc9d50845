using System.Text.Json.Nodes;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Definitions;

/// <summary>A definition from a file.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Project">Its project; empty = none.</param>
/// <param name="Name">Its name.</param>
/// <param name="Body">What the API takes.</param>
/// <param name="Source">Where it stands.</param>
internal sealed record DefinitionDocument(
    DefinitionKind Kind, string Project, string Name, JsonObject Body, DocumentSource Source)
{
    /// <summary>What names it among all definitions.</summary>
    public DefinitionId Id => new(Kind, Project, Name);

    /// <summary>A violation with the place where it is, and how to mend what YAML alone makes go wrong.</summary>
    public string Explain(Violation error)
    {
        var quote = Source.IsBare(error.Field) && error.Message.StartsWith("Must be text", StringComparison.Ordinal)
            ? $" Put it in quotes: \"{FieldAt(error.Field)}\"."
            : "";
        return $"{Source.At(error.Field)}: {Id}: {Terminal.Line(error)}{quote}";
    }

    private string FieldAt(string path)
    {
        JsonNode? node = Body;
        foreach (var step in path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            node = step[0] == '[' ? node?[int.Parse(step[1..^1])] : node?[step];
        }
        return node?.ToJsonString() ?? "";
    }
}

/// <summary>What names a definition among all.</summary>
internal sealed record DefinitionId(DefinitionKind Kind, string Project, string Name)
{
    public override string ToString() => Project.Length > 0 ? $"{Kind.Word} {Project}/{Name}" : $"{Kind.Word} {Name}";
}

/// <summary>Where a document stands.</summary>
/// <param name="File">Its file as the user named it; <c>-</c> is standard input.</param>
/// <param name="Number">Which document of the file, from 1.</param>
/// <param name="Lines">Line of each field; empty when it is not known.</param>
/// <param name="Bare">Fields that are numbers or booleans.</param>
/// <param name="Root">Path of the body in the document; empty = it is the document.</param>
internal sealed record DocumentSource(
    string File, int Number, IReadOnlyDictionary<string, int> Lines, IReadOnlySet<string> Bare, string Root)
{
    private static readonly char[] Separators = ['.', '['];

    /// <summary>The place of a field, or of the nearest one around it.</summary>
    public string At(string field)
    {
        var place = $"{(File == "-" ? "standard input" : File)}, document {Number}";
        for (var path = Full(field); ; path = path[..Math.Max(0, path.LastIndexOfAny(Separators))])
        {
            if (Lines.TryGetValue(path, out var line))
            {
                return $"{place}, line {line}";
            }
            if (path.Length == 0)
            {
                return place;
            }
        }
    }

    /// <summary>True when a field is a number or a boolean that quotes would make a text.</summary>
    public bool IsBare(string field) => Bare.Contains(Full(field));

    private string Full(string field) => (Root.Length, field.Length) switch
    {
        (0, _) => field,
        (_, 0) => Root,
        _ => $"{Root}.{field}",
    };
}
