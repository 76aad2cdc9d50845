using System.Text.Json.Nodes;
using CsCheck;
using Kiln.Cli.Definitions;
using Kiln.Cli.Output;

namespace Kiln.Tests.Cli;

/// <summary>YAML in and out.</summary>
public sealed class YamlTests
{
    private static readonly string[] Odd =
    [
        "yes", "No", "null", "~", "1.20", "0755", "12:30:00", "2001-01-01", "0x1f", "1e3", ".5", "- a", "a: b", "#x", "😀 x", "---", "...",
        "<<", "=",
    ];

    private static readonly Gen<string> Text = Gen.Frequency(
        (3, Gen.String[Gen.Char["ab \n\t:#-'\"\\{}[],&*!|>%@`~=?./_$0123456789eExXoé构建\r\u0085\u2028\u00a0"], 0, 12]),
        (1, Gen.Int[0, Odd.Length - 1].Select(i => Odd[i])),
        (1, Gen.String[Gen.Char["ab \n"], 0, 20]));

    private static readonly Gen<JsonNode?> Node = Gen.Recursive<JsonNode?>((depth, self) => depth > 3
        ? Text.Select(text => (JsonNode?)JsonValue.Create(text))
        : Gen.Frequency(
            (4, Text.Select(text => (JsonNode?)JsonValue.Create(text))),
            (1, Gen.Long.Select(number => (JsonNode?)JsonValue.Create(number))),
            (1, Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag))),
            (1, Gen.Const((JsonNode?)null)),
            (2, self.Array[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())]))),
            (3, Gen.Select(Text, self).Array[0, 4].Select(fields => (JsonNode?)new JsonObject(
                fields.DistinctBy(field => field.Item1).Select(field => KeyValuePair.Create(field.Item1, field.Item2?.DeepClone())))))));

    [Fact]
    public void What_is_written_reads_back_as_it_was() => Node.Sample(node =>
    {
        var text = YamlWriter.Document(node);

        var documents = YamlReader.Read(text);

        return documents.Count == 1 && JsonNode.DeepEquals(node, documents[0].Root);
    }, iter: 5000, print: YamlWriter.Document);

    [Fact]
    public void A_script_is_written_as_its_lines()
    {
        var text = YamlWriter.Document(new JsonObject { ["build_script"] = "#!/bin/bash\nset -e\n\n  make\n", ["name"] = "构建 1" });

        Assert.Equal("build_script: |\n  #!/bin/bash\n  set -e\n\n    make\nname: 构建 1\n", text);
    }

    [Theory]
    [InlineData("yes", "\"yes\"")]
    [InlineData("1.20", "1.20")]
    [InlineData("007", "\"007\"")]
    [InlineData("0x1f", "\"0x1f\"")]
    [InlineData("12:30", "\"12:30\"")]
    [InlineData("true", "true")]
    [InlineData("~", "null")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("!!str 12", "\"12\"")]
    public void A_plain_word_is_what_it_looks_like(string yaml, string json) =>
        Assert.Equal(json, YamlReader.Read($"a: {yaml}")[0].Root!["a"]?.ToJsonString() ?? "null");

    [Fact]
    public void Anchors_and_merges_are_filled_in()
    {
        var root = YamlReader.Read("base: &b {x: 1, y: 2}\nmine: {<<: *b, y: 3}\nlist: [*b]\n")[0].Root!;

        Assert.Equal("""{"y":3,"x":1}""", root["mine"]!.ToJsonString());
        Assert.Equal("""[{"x":1,"y":2}]""", root["list"]!.ToJsonString());
    }

    [Theory]
    [InlineData("a: 1\na: 2\n", "line 2")]
    [InlineData("a: [1\nb: 2\n", "line ")]
    [InlineData("a: *nothing\n", "line 1")]
    [InlineData("? [a]\n: b\n", "line 1")]
    public void What_is_no_YAML_is_refused_with_its_line(string yaml, string place) =>
        Assert.Contains(place, Assert.Throws<InvalidDataException>(() => YamlReader.Read(yaml)).Message);

    [Fact]
    public void Aliases_cannot_make_a_small_text_enormous()
    {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + string.Concat(
            Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n"));

        Assert.Throws<InvalidDataException>(() => YamlReader.Read(bomb));
    }
}
