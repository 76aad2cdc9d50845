using Kiln.Contracts.Exec;
using Kiln.Runner.Caches;
using Kiln.Runner.Kept;
using Kiln.Runner.Packages;
using Kiln.Runner.Rooms;

namespace Kiln.Runner;

/// <summary>What a runner needs to know of the machine it works on.</summary>
public sealed record RunnerPlace
{
    /// <summary>Path of kiln-exec, see <see cref="Spawning.ExecBinary.Install"/>.</summary>
    public required string ExecBinary { get; init; }

    /// <summary>Name of the host, for people.</summary>
    public required string HostName { get; init; }

    /// <summary>Product version.</summary>
    public required string Version { get; init; }

    /// <summary>Tells this agent's runs from those of another agent on the same host.</summary>
    public required string AgentId { get; init; }

    /// <summary>Environment of the machine's user: <c>PATH</c>, <c>HOME</c> and what else a run inherits.</summary>
    public required IReadOnlyDictionary<string, string> Inherited { get; init; }

    /// <summary>What exec itself is given, see <see cref="Kiln.Contracts.Exec.ExecProtocol"/>.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> ExecEnvironment { get; init; }

    /// <summary>The exec that waits for the next run; <c>null</c> = each is started when its run begins.</summary>
    public ExecStandby? Standby { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>Packages of this host, shared by its runs.</summary>
    public required PackageStore Packages { get; init; }

    /// <summary>What runs on this host keep for later ones.</summary>
    public required CacheStore Caches { get; init; }

    /// <summary>Workspaces of failed attempts; <c>null</c> = none is kept here.</summary>
    public KeptWorkspaces? Kept { get; init; }

    /// <summary>Where scripts run when that is not here; <c>null</c> = here.</summary>
    public RunRoom? Room { get; init; }

    /// <summary>Name of the program that builds images; empty = the best that the host has.</summary>
    public string ImageEngine { get; init; } = "";

    /// <summary>What of an environment a run inherits: who and where the user is, locale, time zone, proxies and
    /// certificates. Everything else stays with the agent, its token first of all.</summary>
    public static IReadOnlyDictionary<string, string> Inherit(Func<string, string?> environment)
    {
        string[] names =
        [
            "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ",
            "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
            "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "DOCKER_HOST",
            "BUILDKIT_HOST", "BUILDAH_ISOLATION", "STORAGE_DRIVER", "CONTAINERS_STORAGE_CONF", "XDG_RUNTIME_DIR",
        ];
        var inherited = names.Select(name => (name, value: environment(name)))
            .Where(static entry => !string.IsNullOrEmpty(entry.value))
            .ToDictionary(static entry => entry.name, static entry => entry.value!);
        inherited.TryAdd("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        inherited.TryAdd("HOME", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        return inherited;
    }
}
