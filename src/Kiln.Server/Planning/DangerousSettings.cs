using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Http;

namespace Kiln.Server.Planning;

/// <summary>Settings that reach beyond a run, and that an administrator allows project by project.</summary>
public static class DangerousSettings
{
    public const string Privileged = "privileged";
    public const string HostDocker = "host_docker";
    public const string StaticVolumes = "static_pvcs";

    /// <summary>All of them, as <c>allowed_settings</c> of a project names them.</summary>
    public static IReadOnlyList<string> Words { get; } = [Privileged, HostDocker, StaticVolumes];

    /// <summary>Refuses those that the project is not allowed.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="allowed">What is allowed; <c>null</c> = there is no project to ask.</param>
    /// <param name="violations">Where refusals go.</param>
    public static void Refuse(AdvancedSettings settings, IReadOnlyList<string>? allowed, Violations violations)
    {
        if (allowed is null)
        {
            return;
        }
        Check(settings.PrivilegedMode, Privileged, "privileged_mode", "privileged containers");
        Check(settings.UseHostDockerDaemon, HostDocker, "use_host_docker_daemon", "the Docker daemon of a host");
        Check(
            settings.Storages.Enabled && settings.Storages.StoragesProperties.Any(storage => storage.ProvisionType == "static"),
            StaticVolumes, "storages", "volume claims that are there already");

        void Check(bool wanted, string word, string field, string what)
        {
            if (wanted && !allowed.Contains(word))
            {
                violations.Add(
                    $"advanced_settings.{field}",
                    $"This project may not use {what}. An administrator can allow it: \"{word}\" in allowed_settings of the project.",
                    new FieldSubject("project", Name: ""));
            }
        }
    }
}
