using System.Globalization;
using Kiln.Contracts.Plans;

namespace Kiln.Server.Queue.Commits;

/// <summary>Environment of the server's own git: nobody's configuration, no prompt, English words.</summary>
internal static class GitSettings
{
    // Reads what the server wrote into descriptor 3; asked a second time it finds nothing, and git gives up.
    private const string Helper = "!f() { test \"$1\" = get && cat <&3; }; f";

    /// <summary>Writes the files that the environment names; they hold nothing secret.</summary>
    public static void WriteFiles(string directory, RemoteRepo repo)
    {
        // A file and not environment: the git that serves a local repository is another process and reads only files.
        File.WriteAllText(GlobalFile(directory), "[safe]\n\tdirectory = *\n");
        if (repo.Login is { KnownHosts.Length: > 0 } login)
        {
            File.WriteAllText(KnownHostsFile(directory), login.KnownHosts + "\n");
        }
        if (repo.TlsCa.Length > 0)
        {
            File.WriteAllText(CertificatesFile(directory), CertificateBundle.With(repo.TlsCa, Environment.GetEnvironmentVariable));
        }
    }

    public static void Apply(IDictionary<string, string?> environment, RemoteRepo repo, string directory)
    {
        foreach (var name in environment.Keys.Where(IsForeign).ToList())
        {
            environment.Remove(name);
        }
        environment["LC_ALL"] = "C";
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["GIT_CONFIG_GLOBAL"] = GlobalFile(directory);
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_SSH_COMMAND"] = Ssh(repo.Login, KnownHostsFile(directory));
        if (repo.Proxy.Length > 0)
        {
            // The code host's own proxy is meant, whatever the machine reaches directly.
            environment.Remove("no_proxy");
            environment.Remove("NO_PROXY");
        }
        var settings = Settings(repo, directory);
        environment["GIT_CONFIG_COUNT"] = settings.Count.ToString(CultureInfo.InvariantCulture);
        for (var i = 0; i < settings.Count; i++)
        {
            environment[$"GIT_CONFIG_KEY_{i}"] = settings[i].Name;
            environment[$"GIT_CONFIG_VALUE_{i}"] = settings[i].Value;
        }
    }

    // The server's own settings hold keys and tokens; git and what it starts have no use for them.
    private static bool IsForeign(string name) =>
        name.StartsWith("KILN_", StringComparison.Ordinal) || name.StartsWith("GIT_", StringComparison.Ordinal);

    private static List<(string Name, string Value)> Settings(RemoteRepo repo, string directory)
    {
        var settings = new List<(string, string)>
        {
            ("http.lowSpeedLimit", "1"),
            ("http.lowSpeedTime", "30"),
            ("credential.helper", ""),
        };
        if (repo.Login is { Kind: not "ssh_key" } && Uri.TryCreate(repo.Url, UriKind.Absolute, out var url))
        {
            // For this server only: a redirect to another one gets nothing.
            settings.Add(($"credential.{url.Scheme}://{url.Authority}.helper", Helper));
        }
        if (!repo.VerifyTls)
        {
            settings.Add(("http.sslVerify", "false"));
        }
        if (repo.TlsCa.Length > 0)
        {
            settings.Add(("http.sslCAInfo", CertificatesFile(directory)));
        }
        if (repo.Proxy.Length > 0)
        {
            settings.Add(("http.proxy", repo.Proxy));
        }
        return settings;
    }

    private static string GlobalFile(string directory) => Path.Combine(directory, "gitconfig");

    private static string KnownHostsFile(string directory) => Path.Combine(directory, "known_hosts");

    private static string CertificatesFile(string directory) => Path.Combine(directory, "certificates.pem");

    private static string Ssh(RemoteLogin? login, string knownHosts) =>
        "ssh -F /dev/null -o BatchMode=yes -o PasswordAuthentication=no -o ConnectTimeout=30 " + (login is not { KnownHosts.Length: > 0 }
            ? "-o StrictHostKeyChecking=accept-new"
            : $"-o StrictHostKeyChecking=yes -o UserKnownHostsFile={knownHosts} -o GlobalKnownHostsFile=/dev/null");
}
