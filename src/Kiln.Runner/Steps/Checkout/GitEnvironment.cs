using System.Globalization;
using Kiln.Contracts.Plans;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Steps.Checkout;

/// <summary>
/// Environment of Kiln's own git commands: nothing of the user's or the system's configuration, no prompt, no hook, no
/// file system monitor, English messages. A credential is asked from exec by a helper and is never here.
/// </summary>
internal static class GitEnvironment
{
    /// <summary>Seconds of less than a byte a second after which a transfer has failed.</summary>
    private const string StalledSeconds = "120";

    public static IReadOnlyList<KeyValuePair<string, string>> Of(
        PlannedRepo repo, RunnerPlace place, RunDirectory directory)
    {
        var variables = new Dictionary<string, string>(place.Inherited)
        {
            ["WORKSPACE"] = directory.Workspace,
            ["TMPDIR"] = directory.Temp,
            ["LC_ALL"] = "C",
            ["TERM"] = "dumb",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            // A file and not environment: git that serves a file:// repository is a process of its own and reads only files.
            ["GIT_CONFIG_GLOBAL"] = directory.GitConfig,
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_AUTHOR_NAME"] = "Kiln",
            ["GIT_AUTHOR_EMAIL"] = "kiln@localhost",
            ["GIT_COMMITTER_NAME"] = "Kiln",
            ["GIT_COMMITTER_EMAIL"] = "kiln@localhost",
        };
        if (repo.Credential is { Kind: "ssh_key" } key)
        {
            variables["GIT_SSH_COMMAND"] = SshCommand(key, repo.Index, directory);
        }
        if (repo.Proxy.Length > 0)
        {
            // The code host's own proxy is meant, whatever this machine reaches directly.
            variables.Remove("no_proxy");
            variables.Remove("NO_PROXY");
        }
        if (repo.TlsCa.Length > 0)
        {
            // It would win over what the settings say, which has it in.
            variables.Remove("GIT_SSL_CAINFO");
        }
        var settings = Settings(repo, place, directory).ToArray();
        variables["GIT_CONFIG_COUNT"] = settings.Length.ToString(CultureInfo.InvariantCulture);
        for (var i = 0; i < settings.Length; i++)
        {
            variables[$"GIT_CONFIG_KEY_{i}"] = settings[i].Name;
            variables[$"GIT_CONFIG_VALUE_{i}"] = settings[i].Value;
        }
        return [.. variables];
    }

    /// <summary>Writes the files that the environment names; they hold nothing secret.</summary>
    public static void WriteFiles(IReadOnlyList<PlannedRepo> repos, RunnerPlace place, RunDirectory directory)
    {
        File.WriteAllText(directory.GitConfig, "[safe]\n\tdirectory = *\n");
        foreach (var repo in repos.Where(static repo => repo.Credential is { KnownHosts.Length: > 0 }))
        {
            File.WriteAllText(directory.KnownHosts(repo.Index), repo.Credential!.KnownHosts + "\n");
        }
        foreach (var repo in repos.Where(static repo => repo.TlsCa.Length > 0))
        {
            File.WriteAllText(
                directory.Certificates(repo.Index), CertificateBundle.With(repo.TlsCa, name => place.Inherited.GetValueOrDefault(name)));
        }
    }

    private static IEnumerable<(string Name, string Value)> Settings(
        PlannedRepo repo, RunnerPlace place, RunDirectory directory)
    {
        yield return ("core.hooksPath", "/dev/null");
        yield return ("core.fsmonitor", "false");
        yield return ("gc.auto", "0");
        yield return ("maintenance.auto", "false");
        yield return ("advice.detachedHead", "false");
        yield return ("init.defaultBranch", "main");
        yield return ("http.lowSpeedLimit", "1");
        yield return ("http.lowSpeedTime", StalledSeconds);
        // The empty one forgets helpers that a repository's own configuration may name.
        yield return ("credential.helper", "");
        yield return ("credential.helper", $"!{ShellWord.Quote(place.ExecBinary)} credential");
        yield return ("credential.useHttpPath", "true");
        // For the code host itself: its submodules elsewhere are not its affair.
        var site = RepoAddress.Of(repo).Prefix;
        if (site.Length > 0 && !repo.VerifyTls)
        {
            yield return ($"http.{site}.sslVerify", "false");
        }
        if (site.Length > 0 && repo.TlsCa.Length > 0)
        {
            yield return ($"http.{site}.sslCAInfo", directory.Certificates(repo.Index));
        }
        if (site.Length > 0 && repo.Proxy.Length > 0)
        {
            yield return ($"http.{site}.proxy", repo.Proxy);
        }
        if (RepoAddress.Of(repo).IsFile)
        {
            // git refuses file:// submodules by default, to protect those who clone strangers' repositories over a network.
            yield return ("protocol.file.allow", "always");
        }
    }

    private static string SshCommand(GitCredential credential, int index, RunDirectory directory)
    {
        var isPinned = credential.KnownHosts.Length > 0;
        var file = ShellWord.Quote(directory.KnownHosts(index));
        var known = isPinned ? $"-o UserKnownHostsFile={file} -o GlobalKnownHostsFile=/dev/null"
            : $"-o UserKnownHostsFile={file}' ~/.ssh/known_hosts'";
        return "ssh -F /dev/null -o BatchMode=yes -o PasswordAuthentication=no -o ConnectTimeout=30 "
            + $"-o StrictHostKeyChecking={(isPinned ? "yes" : "accept-new")} {known}";
    }
}
