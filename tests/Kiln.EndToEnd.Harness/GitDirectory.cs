using System.Diagnostics;

namespace Kiln.EndToEnd.Harness;

/// <summary>Bare repositories of a test, in a directory that servers serve.</summary>
public sealed class GitDirectory
{
    private readonly Scratch _scratch;

    public GitDirectory(Scratch scratch)
    {
        _scratch = scratch;
        Directory.CreateDirectory(Root);
        File.WriteAllText(Settings, "[safe]\n\tdirectory = *\n[user]\n\tname = Tester\n\temail = tester@localhost\n[init]\n\tdefaultBranch = main\n");
    }

    public string Root => _scratch["git"];

    /// <summary>Configuration of every git that touches them.</summary>
    public string Settings => _scratch["gitconfig"];

    /// <summary>Commits files on a branch of a repository, which is made when it is new.</summary>
    /// <param name="path">Repository below <see cref="Root"/>, for example <c>team/shop.git</c>.</param>
    /// <param name="reference">Where the commit goes, for example <c>refs/heads/main</c>.</param>
    /// <param name="file">The file that changes; what it holds is <paramref name="content"/>.</param>
    /// <param name="onto">Ref that it is based on; empty = <paramref name="reference"/>, when that is there.</param>
    /// <returns>The commit's id.</returns>
    public string Commit(string path, string reference, string file, string content, string onto = "")
    {
        var bare = Path.Combine(Root, path);
        var work = _scratch["git-work"];
        if (!Directory.Exists(bare))
        {
            Git(_scratch.Path, "init", "-q", "--bare", bare);
        }
        Git(_scratch.Path, "init", "-q", work);
        var parent = onto.Length > 0 ? onto : reference;
        if (Git(_scratch.Path, "ls-remote", bare, parent).Length > 0)
        {
            Git(work, "fetch", "-q", bare, parent);
            Git(work, "checkout", "-q", "--detach", "FETCH_HEAD");
        }
        File.WriteAllText(Path.Combine(work, file), content);
        Git(work, "add", "-A");
        Git(work, "commit", "-q", "-m", $"Change {file}");
        Git(work, "push", "-q", "-f", bare, $"HEAD:{reference}");
        var commit = Git(work, "rev-parse", "HEAD").Trim();
        Directory.Delete(work, recursive: true);
        return commit;
    }

    private string Git(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", directory, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = Settings;
        using var git = Process.Start(start)!;
        var said = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ? said
            : throw new InvalidOperationException($"git {string.Join(' ', arguments)} ended with {git.ExitCode}.");
    }
}
