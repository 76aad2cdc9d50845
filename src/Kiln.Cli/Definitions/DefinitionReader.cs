using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Definitions;

/// <summary>Reads definitions from files, directories and standard input; what is wrong is collected, not the first only.</summary>
/// <param name="defaultProject">Project of those that name none; empty = none.</param>
/// <param name="input">Standard input.</param>
internal sealed class DefinitionReader(string defaultProject, TextReader input)
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    private readonly List<DefinitionDocument> _documents = [];
    private readonly List<string> _problems = [];

    /// <summary>Everything that was read, in the order of the files.</summary>
    public IReadOnlyList<DefinitionDocument> Documents => _documents;

    /// <summary>What is wrong, a sentence each with its place.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Reads a file, every file of a directory and those below it, or <c>-</c>.</summary>
    public async Task ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (path == "-")
        {
            ReadText(path, await input.ReadToEndAsync(cancellationToken));
            return;
        }
        try
        {
            if (!Directory.Exists(path))
            {
                ReadText(path, await File.ReadAllTextAsync(path, cancellationToken));
                return;
            }
            var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal)
                .ToList();
            if (files.Count == 0)
            {
                _problems.Add($"{path}: there is no .yaml, .yml or .json file in this directory.");
            }
            foreach (var file in files)
            {
                ReadText(file, await File.ReadAllTextAsync(file, cancellationToken));
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            _problems.Add(File.Exists(path) || Directory.Exists(path)
                ? $"{path}: it cannot be read: {unreadable.Message}"
                : $"{path}: there is no such file or directory.");
        }
    }

    private void ReadText(string file, string text)
    {
        try
        {
            var documents = IsJson(file, text) ? FromJson(text) : YamlReader.Read(text);
            for (var i = 0; i < documents.Count; i++)
            {
                ReadDocument(file, i + 1, documents[i]);
            }
        }
        catch (Exception malformed) when (malformed is InvalidDataException or JsonException)
        {
            _problems.Add($"{(file == "-" ? "standard input" : file)}: {malformed.Message}");
        }
    }

    private void ReadDocument(string file, int number, YamlDocument document)
    {
        if (document.Root is null)
        {
            return;
        }
        var source = new DocumentSource(file, number, document.Lines, document.Bare, Root: "");
        if (document.Root is not JsonObject map)
        {
            _problems.Add($"{source.At("")}: a definition is a mapping that begins with kind: and its kind.");
            return;
        }
        if (Kind(map, source) is not { } kind)
        {
            return;
        }
        var body = map;
        if (map["spec"] is JsonObject spec)
        {
            body = spec;
            source = source with { Root = "spec" };
        }
        body = body.DeepClone().AsObject();
        if (source.Root.Length == 0)
        {
            body.Remove("kind");
        }
        Add(kind, body, source);
    }

    private void Add(DefinitionKind kind, JsonObject body, DocumentSource source)
    {
        if (kind.Scope == DefinitionScope.Required && kind.ProjectOf(body).Length == 0 && defaultProject.Length > 0)
        {
            body["project_key"] = defaultProject;
        }
        var name = kind.NameOf(body);
        if (name.Length == 0)
        {
            _problems.Add($"{source.At("")}: a {kind.What} needs {NameFields(kind)}: text that is not empty.");
            return;
        }
        if (kind.Scope == DefinitionScope.Required && kind.ProjectOf(body).Length == 0)
        {
            _problems.Add($"{source.At("")}: {kind.Word} {name} needs project_key; or give --project for all that name none.");
            return;
        }
        var document = new DefinitionDocument(kind, kind.ProjectOf(body), name, body, source);
        if (_documents.Find(other => other.Id == document.Id) is { } first)
        {
            _problems.Add($"{source.At("")}: {document.Id} is there already, in {first.Source.At("")}; keep one of them.");
            return;
        }
        _documents.Add(document);
    }

    private DefinitionKind? Kind(JsonObject map, DocumentSource source)
    {
        var known = string.Join(", ", DefinitionKinds.All.Select(kind => kind.Word));
        if (map["kind"] is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
        {
            _problems.Add($"{source.At("")}: kind: is missing; it is one of {known}.");
            return null;
        }
        var word = value.GetValue<string>();
        if (DefinitionKinds.Find(word) is { } kind)
        {
            return kind;
        }
        _problems.Add($"{source.At("kind")}: there is no kind \"{word}\"; it is one of {known}.");
        return null;
    }

    private static string NameFields(DefinitionKind kind) => kind.Key switch
    {
        DefinitionKey.NameAndVersion => "name and version",
        _ => kind.NameField,
    };

    private static bool IsJson(string file, string text) =>
        file.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
        || (file == "-" && text.AsSpan().TrimStart() is ['{' or '[', ..]);

    private static List<YamlDocument> FromJson(string text)
    {
        var root = JsonNode.Parse(text, documentOptions: Lenient);
        var nodes = root is JsonArray list ? list.ToList() : [root];
        return [.. nodes.Select(node => new YamlDocument(node?.DeepClone(), 1, new Dictionary<string, int>(), new HashSet<string>()))];
    }
}
