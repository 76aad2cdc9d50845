using System.Diagnostics;
using Kiln.Contracts.Plans;

namespace Kiln.Tests.Runner;

/// <summary>A real git repository in a directory, made by the git of this machine.</summary>
internal sealed class TestRepo : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("kiln-repo-");

    public TestRepo(string name)
    {
        Name = name;
        Directory.CreateDirectory(Path);
        Git("init", "-q", "-b", "main");
        Git("config", "user.name", "Tester");
        Git("config", "user.email", "tester@localhost");
    }

    public string Name { get; }

    public string Path => System.IO.Path.Combine(_home.FullName, Name);

    public string Url => "file://" + Path;

    /// <summary>Commits a file on a branch, which is made from where HEAD is when it is new; gives the commit as planned.</summary>
    public PlannedRef Commit(string branch, string file, string content, string message)
    {
        Git("checkout", "-q", "-B", branch);
        File.WriteAllText(System.IO.Path.Combine(Path, file), content);
        Git("add", "-A");
        Git("commit", "-q", "-m", message);
        return new PlannedRef($"refs/heads/{branch}", Git("rev-parse", "HEAD").Trim(), branch);
    }

    public void CheckOut(string branch) => Git("checkout", "-q", branch);

    public string Git(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("git", ["-C", Path, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return said;
    }

    public void Dispose() => _home.Delete(recursive: true);
}
