using System.Text.Json.Nodes;
using Kiln.Server.Settings;
using Kiln.Tests.Architecture;

namespace Kiln.Tests.Server.Settings;

/// <summary>What people and editors read about settings is what the server takes.</summary>
public sealed class SettingTableTests
{
    [Fact]
    public void The_schema_of_the_configuration_file_knows_exactly_the_settings_there_are()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "config.schema.json")))!;

        var described = schema["properties"]!.AsObject().Select(property => property.Key).Where(key => key != "$schema");

        Assert.Equal(SettingTable.All.Select(setting => setting.Name), described);
        Assert.False((bool?)schema["additionalProperties"]);
    }

    [Fact]
    public void The_defaults_in_the_schema_are_accepted()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "config.schema.json")))!;

        foreach (var (name, property) in schema["properties"]!.AsObject())
        {
            if (property!["default"] is { } value)
            {
                var options = new KilnOptions { Data = "/" };
                Assert.Null(SettingTable.All.Single(setting => setting.Name == name).Apply(value.ToString(), ref options));
            }
        }
    }

    [Fact]
    public void The_handbook_names_every_option_variable_and_default()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/settings.md")).Replace("`", "", StringComparison.Ordinal);

        Assert.All(SettingTable.All, setting => Assert.Contains(
            $"| {$"{setting.Option} {setting.Shape}".TrimEnd()} | {setting.Variable} | {setting.Default} |", page));
    }
}
