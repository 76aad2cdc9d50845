using System.ComponentModel;
using System.Globalization;
using Kiln.Server.Settings;

namespace Kiln.Server.Demo;

/// <summary>
/// The demo's repositories, made once in the data directory, and the two sites that serve them. Their ports stay the same
/// over restarts while they are free, so that addresses in stored definitions and checkouts stay true.
/// </summary>
internal static class DemoGit
{
    private const string Main = "refs/heads/main";

    /// <summary>Makes what is not there and starts both sites.</summary>
    /// <exception cref="DemoException">git is missing or failed.</exception>
    public static async Task<GitServer> StartAsync(KilnOptions options, DataDirectory data, CancellationToken cancellationToken)
    {
        try
        {
            await MakeAsync(data, "gitlab/kr-test-org1", "multi-service-demo", cancellationToken);
            await MakeAsync(data, "github/kr-test-org", "zadig", cancellationToken);
        }
        catch (Win32Exception missing)
        {
            throw new DemoException("The demo needs git; install it (apt-get install git) and start again.", missing);
        }
        catch (Exception failed) when (failed is InvalidOperationException or IOException)
        {
            throw new DemoException($"The demo's git repositories cannot be made: {failed.Message}", failed);
        }
        return await GitServer.StartAsync(options, data.DemoGit, Token(data), PortsBefore(data), cancellationToken);
    }

    /// <summary>What the GitLab site takes as a password.</summary>
    public static string Token(DataDirectory data) => data.ReadOrMake(
        Path.Combine(data.DemoGit, "gitlab-token"), () => $"glpat-{Guid.NewGuid():n}");

    /// <summary>True when stored definitions may hold other addresses than these.</summary>
    public static bool HasMoved(DataDirectory data, GitServer git) => PortsBefore(data) != Ports(git);

    /// <summary>Keeps the ports for the next start.</summary>
    public static void RememberPorts(DataDirectory data, GitServer git)
    {
        var ports = Ports(git);
        File.WriteAllText(
            PortsFile(data), string.Create(CultureInfo.InvariantCulture, $"{ports.Gitlab} {ports.Github}\n"));
    }

    private static Task MakeAsync(DataDirectory data, string owner, string name, CancellationToken cancellationToken)
    {
        var files = DemoContent.Files(name);
        var readme = files.Where(file => file.Key == "README.md").ToDictionary();
        return DemoRepository.MakeAsync(
            Path.Combine(DataDirectory.Ensure(Path.Combine(data.DemoGit, owner)), $"{name}.git"),
            [
                new DemoCommit(Main, Parent: null, $"Begin {name}", readme),
                new DemoCommit(Main, Main, "Add what there is to build", files.Except(readme).ToDictionary()),
            ],
            cancellationToken);
    }

    private static GitPorts Ports(GitServer git) => new(git.Gitlab.Port, git.Github.Port);

    private static GitPorts PortsBefore(DataDirectory data)
    {
        var words = File.Exists(PortsFile(data)) ? File.ReadAllText(PortsFile(data)).Split(' ') : [];
        return words is [var gitlab, var github]
            && ushort.TryParse(gitlab, CultureInfo.InvariantCulture, out var first)
            && ushort.TryParse(github, CultureInfo.InvariantCulture, out var second)
            ? new GitPorts(first, second)
            : GitPorts.Any;
    }

    private static string PortsFile(DataDirectory data) => Path.Combine(data.DemoGit, "ports");
}
