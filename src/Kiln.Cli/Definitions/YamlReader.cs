using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kiln.Cli.Definitions;

/// <summary>A document of a YAML stream, as the JSON that it stands for.</summary>
/// <param name="Root">The value; <c>null</c> = nothing in it.</param>
/// <param name="Line">Line where it begins, from 1.</param>
/// <param name="Lines">Line of every field, by its path as the API writes it, for example <c>repo_info[0].branch</c>.</param>
/// <param name="Bare">Paths of numbers and booleans, which quotes would make texts.</param>
internal sealed record YamlDocument(
    JsonNode? Root, int Line, IReadOnlyDictionary<string, int> Lines, IReadOnlySet<string> Bare);

/// <summary>
/// Reads YAML (and so JSON) from the parser's events: no reflection, and numbers stay as they are written. A plain scalar is
/// <c>null</c>, a boolean or a number only where JSON writes it so, or as YAML 1.2 does; everything else is text: <c>yes</c>,
/// <c>0755</c> and <c>12:30</c> are.
/// </summary>
internal sealed class YamlReader
{
    // Aliases can make a small text stand for an enormous one.
    private const int MostNodes = 200_000;
    private const int Deepest = 100;

    private readonly Parser _parser;
    private readonly Dictionary<string, JsonNode?> _anchors = new(StringComparer.Ordinal);
    private Dictionary<string, int> _lines = [];
    private HashSet<string> _bare = [];
    private int _nodes;

    private YamlReader(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>Reads every document of a text.</summary>
    /// <exception cref="InvalidDataException">It is not YAML; the message says where.</exception>
    public static IReadOnlyList<YamlDocument> Read(string text)
    {
        var reader = new YamlReader(text);
        try
        {
            return reader.Documents();
        }
        catch (YamlException malformed)
        {
            throw new InvalidDataException($"line {malformed.Start.Line}: {malformed.Message.TrimEnd('.')}.", malformed);
        }
        catch (InvalidOperationException broken)
        {
            // The scanner's word for some texts that end in the middle.
            throw new InvalidDataException($"line {Line(reader._parser.Current)} or below: it ends in the middle.", broken);
        }
    }

    private List<YamlDocument> Documents()
    {
        var documents = new List<YamlDocument>();
        _parser.Consume<StreamStart>();
        while (_parser.TryConsume<DocumentStart>(out _))
        {
            (_lines, _bare) = (new(StringComparer.Ordinal), new(StringComparer.Ordinal));
            _anchors.Clear();
            var line = Line(_parser.Current);
            var root = Node("", 0);
            documents.Add(new YamlDocument(root, line, _lines, _bare));
            _parser.Consume<DocumentEnd>();
        }
        return documents;
    }

    private JsonNode? Node(string path, int depth)
    {
        Count(1);
        if (depth > Deepest)
        {
            throw Wrong($"more than {Deepest} levels deep");
        }
        _lines.TryAdd(path, Line(_parser.Current));
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            var meant = _anchors.TryGetValue(alias.Value.Value, out var known)
                ? known
                : throw new InvalidDataException($"line {Line(alias)}: there is no &{alias.Value.Value} before *{alias.Value.Value}.");
            Count(Size(meant));
            return meant?.DeepClone();
        }
        var anchor = (_parser.Current as NodeEvent)?.Anchor ?? AnchorName.Empty;
        JsonNode? node = _parser.Current switch
        {
            MappingStart => Map(path, depth),
            SequenceStart => List(path, depth),
            _ => Scalar(path),
        };
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = node;
        }
        return node;
    }

    private JsonObject Map(string path, int depth)
    {
        _parser.Consume<MappingStart>();
        var map = new JsonObject();
        var merged = new List<JsonNode?>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (_parser.Current is not Scalar key)
            {
                throw Wrong("a key that is not text");
            }
            _parser.MoveNext();
            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                merged.Add(Node($"{path}.<<", depth + 1));
                continue;
            }
            var field = path.Length == 0 ? key.Value : $"{path}.{key.Value}";
            if (map.ContainsKey(key.Value))
            {
                throw new InvalidDataException($"line {Line(key)}: the key \"{key.Value}\" occurs twice in the same mapping.");
            }
            _lines[field] = Line(key);
            map[key.Value] = Node(field, depth + 1);
        }
        foreach (var (name, value) in merged.SelectMany(Merges))
        {
            if (!map.ContainsKey(name))
            {
                map[name] = value?.DeepClone();
            }
        }
        return map;
    }

    // The merge key of YAML 1.1: a mapping or a list of them, what is nearer wins.
    private static IEnumerable<KeyValuePair<string, JsonNode?>> Merges(JsonNode? source) => source switch
    {
        JsonObject map => map,
        JsonArray list => list.OfType<JsonObject>().SelectMany(map => map),
        _ => [],
    };

    private JsonArray List(string path, int depth)
    {
        _parser.Consume<SequenceStart>();
        var list = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            list.Add(Node($"{path}[{list.Count}]", depth + 1));
        }
        return list;
    }

    private JsonValue? Scalar(string path)
    {
        var scalar = _parser.Consume<Scalar>();
        var isText = scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)
            || (!scalar.Tag.IsEmpty && scalar.Tag.Value is "tag:yaml.org,2002:str" or "!");
        if (isText)
        {
            return JsonValue.Create(scalar.Value);
        }
        switch (scalar.Value)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE":
                _bare.Add(path);
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE":
                _bare.Add(path);
                return JsonValue.Create(false);
            case var text when IsNumber(text):
                _bare.Add(path);
                return JsonNode.Parse(text)!.AsValue();
            case var text:
                return JsonValue.Create(text);
        }
    }

    private void Count(int nodes)
    {
        _nodes += nodes;
        if (_nodes > MostNodes)
        {
            throw Wrong($"more than {MostNodes} values");
        }
    }

    private InvalidDataException Wrong(string what) => new($"line {Line(_parser.Current)}: {what}.");

    private static int Size(JsonNode? node) => node switch
    {
        JsonObject map => 1 + map.Sum(field => Size(field.Value)),
        JsonArray list => 1 + list.Sum(Size),
        _ => 1,
    };

    private static int Line(ParsingEvent? parsed) => (int)(parsed?.Start.Line ?? 1);

    // The grammar of JSON, so that a number stays what it says: -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        text = text.StartsWith('-') ? text[1..] : text;
        var whole = Digits(text);
        if (whole == 0 || (whole > 1 && text[0] == '0'))
        {
            return false;
        }
        text = text[whole..];
        if (text.StartsWith('.'))
        {
            var fraction = Digits(text[1..]);
            if (fraction == 0)
            {
                return false;
            }
            text = text[(1 + fraction)..];
        }
        if (text is ['e' or 'E', .. var exponent])
        {
            exponent = exponent is ['+' or '-', ..] ? exponent[1..] : exponent;
            return exponent.Length > 0 && Digits(exponent) == exponent.Length;
        }
        return text.IsEmpty;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}
