using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlScalar = YamlDotNet.Core.Events.Scalar;

namespace Kiln.Server.Kubernetes.Connections;

/// <summary>
/// Reads the first document of a YAML text (JSON is YAML too) the way Kubernetes does: as the JSON it stands for. Only the
/// parser of the library is used, which needs no reflection.
/// </summary>
internal static class Yaml
{
    /// <summary>The value; never <c>null</c>.</summary>
    /// <exception cref="InvalidDataException">It is not YAML, or not of that shape; the message says where.</exception>
    public static T Read<T>(string text, JsonTypeInfo<T> type)
    {
        try
        {
            return Parse(text).Deserialize(type) ?? throw new InvalidDataException("It is empty.");
        }
        catch (YamlException malformed)
        {
            throw new InvalidDataException($"Line {malformed.Start.Line}: {malformed.Message}", malformed);
        }
        catch (InvalidOperationException broken)
        {
            // The scanner's word for some texts that end in the middle.
            throw new InvalidDataException("Line 1 or below: it ends in the middle.", broken);
        }
        catch (JsonException misshapen)
        {
            throw new InvalidDataException($"{misshapen.Path ?? "$"} has an unexpected form.", misshapen);
        }
    }

    private static JsonNode? Parse(string text)
    {
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        return parser.TryConsume<DocumentStart>(out _) ? Node(parser, new(StringComparer.Ordinal)) : null;
    }

    private static JsonNode? Node(Parser parser, Dictionary<string, JsonNode?> anchors)
    {
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return anchors.GetValueOrDefault(alias.Value.Value)?.DeepClone();
        }
        var anchor = (parser.Current as NodeEvent)?.Anchor ?? AnchorName.Empty;
        JsonNode? node;
        if (parser.TryConsume<MappingStart>(out _))
        {
            var map = new JsonObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                map[parser.Consume<YamlScalar>().Value] = Node(parser, anchors);
            }
            node = map;
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                list.Add(Node(parser, anchors));
            }
            node = list;
        }
        else
        {
            node = Value(parser.Consume<YamlScalar>());
        }
        if (!anchor.IsEmpty)
        {
            anchors[anchor.Value] = node;
        }
        return node;
    }

    private static JsonValue? Value(YamlScalar scalar) => scalar switch
    {
        { Style: not (ScalarStyle.Plain or ScalarStyle.Any) } => JsonValue.Create(scalar.Value),
        { Value: "" or "~" or "null" or "Null" or "NULL" } => null,
        { Value: "true" or "True" or "TRUE" } => JsonValue.Create(true),
        { Value: "false" or "False" or "FALSE" } => JsonValue.Create(false),
        _ when long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
            JsonValue.Create(number),
        _ => JsonValue.Create(scalar.Value),
    };
}
