using System.Text.Json;
using Kiln.Server.Bodies;

namespace Kiln.Server.Settings;

/// <summary>What came of reading the settings. A closed family.</summary>
public abstract record SettingsOutcome
{
    private SettingsOutcome() { }

    /// <summary>All is well.</summary>
    public sealed record Valid(KilnOptions Options) : SettingsOutcome;

    /// <summary>The user asked for a text instead of a server.</summary>
    public sealed record Said(string Text) : SettingsOutcome;

    /// <summary>Every problem there is, one sentence each.</summary>
    public sealed record Invalid(IReadOnlyList<string> Problems) : SettingsOutcome;
}

/// <summary>Reads settings: the command line wins over the environment, the environment over the configuration file.</summary>
public static class SettingsReader
{
    private const string ConfigOption = "--config";
    private const string ConfigVariable = "KILN_CONFIG";

    /// <summary>Reads and validates everything; reads the files that settings name, touches nothing else.</summary>
    public static SettingsOutcome Read(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        if (arguments.Any(argument => argument is "--help" or "-h"))
        {
            return new SettingsOutcome.Said(SettingsHelp.Text());
        }
        if (arguments.Contains("--version"))
        {
            return new SettingsOutcome.Said($"kiln-server {SettingsHelp.Version}\n");
        }
        var problems = new List<string>();
        var given = FromArguments(arguments, problems, out var config);
        config ??= environment.GetValueOrDefault(ConfigVariable);
        var file = config is { Length: > 0 } ? FromFile(config, problems) : [];

        var options = new KilnOptions { Data = Path.GetFullPath("data") };
        foreach (var setting in SettingTable.All)
        {
            var (source, text) = given.TryGetValue(setting.Name, out var value) ? (setting.Option, value)
                : environment.TryGetValue(setting.Variable, out value) && value.Length > 0 ? (setting.Variable, value)
                : file.TryGetValue(setting.Name, out value) ? ($"{setting.Name} in {config}", value)
                : (null, null);
            if (source is not null && setting.Apply(text!, ref options) is { } problem)
            {
                problems.Add($"{source} {problem}.");
            }
        }
        return problems.Count == 0 ? new SettingsOutcome.Valid(options) : new SettingsOutcome.Invalid(problems);
    }

    private static Dictionary<string, string> FromArguments(
        IReadOnlyList<string> arguments, List<string> problems, out string? config)
    {
        var given = new Dictionary<string, string>();
        config = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var (option, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], (string?)null);
            var setting = SettingTable.All.FirstOrDefault(known => known.Option == option);
            if (setting is null && option != ConfigOption)
            {
                var near = NearestNames.Of(option, SettingTable.All.Select(known => known.Option)).Take(3);
                problems.Add($"{option} is not an option; the nearest are {string.Join(", ", near)} (--help lists all).");
                continue;
            }
            if (value is null && setting is { IsSwitch: true })
            {
                value = "true";
            }
            else if (value is null && i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                value = arguments[++i];
            }
            if (value is null)
            {
                problems.Add($"{option} needs a value: {option} {setting?.Shape ?? "FILE"}.");
            }
            else if (setting is null)
            {
                config = value;
            }
            else
            {
                given[setting.Name] = value;
            }
        }
        return given;
    }

    private static Dictionary<string, string> FromFile(string path, List<string> problems)
    {
        var values = new Dictionary<string, string>();
        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                problems.Add($"{path} must hold a JSON object.");
                return values;
            }
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name != "$schema" && SettingTable.All.All(known => known.Name != property.Name))
                {
                    var near = NearestNames.Of(property.Name, SettingTable.All.Select(known => known.Name)).Take(3);
                    problems.Add($"{property.Name} in {path} is not a setting; the nearest are {string.Join(", ", near)}.");
                }
                values[property.Name] = property.Value.ToString().ToLowerInvariant() is "true" or "false"
                    ? property.Value.ToString().ToLowerInvariant()
                    : property.Value.ToString();
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            problems.Add($"The configuration file {path} cannot be read: {unreadable.Message}");
        }
        return values;
    }
}
