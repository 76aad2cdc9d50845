using System.Text;
using System.Text.Json;

namespace Kiln.Runner.Steps;

/// <summary>
/// Lets <c>docker push $IMAGE</c> in a script work: a <c>DOCKER_CONFIG</c> of the run alone, readable by its user only and
/// gone with the run directory, so that no password is in arguments or in the user's own docker configuration.
/// </summary>
internal static class RegistryLogin
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the file below <paramref name="directory"/> and names it, when the run has a registry with a user.</summary>
    public static void AddTo(Dictionary<string, string> variables, string directory)
    {
        var host = variables.GetValueOrDefault("DOCKER_REGISTRY_HOST", "");
        var user = variables.GetValueOrDefault("DOCKER_REGISTRY_AK", "");
        if (host.Length == 0 || user.Length == 0)
        {
            return;
        }
        var login = $"{user}:{variables.GetValueOrDefault("DOCKER_REGISTRY_SK", "")}";
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "config.json");
        // What is there may be a script's, and lead elsewhere.
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        using var file = new FileStream(path, options);
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        json.WriteStartObject("auths");
        json.WriteStartObject(host);
        json.WriteBase64String("auth", Encoding.UTF8.GetBytes(login));
        json.WriteEndObject();
        json.WriteEndObject();
        // Another configuration directory hides the plugins and builders of the user's own.
        var own = Path.Combine(variables["HOME"], ".docker");
        json.WriteStartArray("cliPluginsExtraDirs");
        json.WriteStringValue(Path.Combine(own, "cli-plugins"));
        json.WriteEndArray();
        json.WriteEndObject();
        variables["BUILDX_CONFIG"] = Path.Combine(own, "buildx");
        variables["REGISTRY_AUTH_FILE"] = path;
        variables["DOCKER_CONFIG"] = directory;
    }
}
