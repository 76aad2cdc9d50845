using System.Text;

namespace Kiln.Server.Settings;

/// <summary>The text of <c>--help</c>.</summary>
public static class SettingsHelp
{
    /// <summary>Version of the product.</summary>
    public static string Version { get; } =
        typeof(SettingsHelp).Assembly.GetName().Version?.ToString(fieldCount: 3) ?? "0.0.0";

    /// <summary>Usage and every setting.</summary>
    public static string Text()
    {
        var text = new StringBuilder();
        text.Append("kiln-server: the Kiln build service\n\nUsage: kiln-server [options]\n       kiln-server restore FILE [options]\n");
        text.Append("       kiln-server rotate-master-key [options]\n\n");
        foreach (var setting in SettingTable.All)
        {
            text.Append($"  {setting.Option + " " + setting.Shape,-28}{setting.Description}\n");
            text.Append($"  {"",-28}{setting.Variable}, default: {setting.Default}\n");
        }
        text.Append($"  {"--config FILE",-28}JSON file with the same settings (config.schema.json).\n");
        text.Append($"  {"",-28}KILN_CONFIG\n");
        text.Append("\nAn option wins over the environment, the environment over the file. Times: 30s, 10m, 24h, 7d. Sizes: 500M, 20G.\n");
        return text.ToString();
    }
}
