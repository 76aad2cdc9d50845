using System.Globalization;
using System.Text;
using Kiln.Server.Settings;

namespace Kiln.Server.Demo;

/// <summary>A commit of a demo repository.</summary>
/// <param name="Ref">Ref it makes.</param>
/// <param name="Parent">Ref it grows from; <c>null</c> = the first.</param>
/// <param name="Message">Commit message.</param>
/// <param name="Files">Files it adds or changes, by path.</param>
internal sealed record DemoCommit(string Ref, string? Parent, string Message, IReadOnlyDictionary<string, byte[]> Files);

/// <summary>Makes a bare repository out of commits: one git process, no working copy, the same commit ids everywhere.</summary>
internal static class DemoRepository
{
    private const long FirstCommitTime = 1_748_000_000;

    /// <summary>Makes the repository at <paramref name="path"/>; one that is there is left alone.</summary>
    public static async Task MakeAsync(string path, IReadOnlyList<DemoCommit> commits, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            return;
        }
        // Made aside and moved: a crash must not leave half a repository that then counts as there.
        var aside = $"{path}.new";
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }
        DataDirectory.Ensure(aside);
        await GitProgram.RunAsync(GitProgram.Command(aside, "init", "--quiet", "--bare"), default, cancellationToken);
        foreach (var (key, value) in Config)
        {
            await GitProgram.RunAsync(GitProgram.Command(aside, "config", key, value), default, cancellationToken);
        }
        await GitProgram.RunAsync(
            GitProgram.Command(aside, "fast-import", "--quiet"), ImportStream(commits), cancellationToken);
        await GitProgram.RunAsync(
            GitProgram.Command(aside, "symbolic-ref", "HEAD", "refs/heads/main"), default, cancellationToken);
        Directory.Move(aside, path);
    }

    // A planned commit is fetched by its id, whatever branch has moved on meanwhile.
    private static readonly (string Key, string Value)[] Config = [("uploadpack.allowAnySHA1InWant", "true")];

    private static byte[] ImportStream(IReadOnlyList<DemoCommit> commits)
    {
        var stream = new MemoryStream();
        for (var i = 0; i < commits.Count; i++)
        {
            var commit = commits[i];
            Line(stream, $"commit {commit.Ref}");
            Line(stream, string.Create(CultureInfo.InvariantCulture,
                $"committer Kiln demo <demo@kiln.invalid> {FirstCommitTime + (60 * i)} +0000"));
            Data(stream, Encoding.UTF8.GetBytes(commit.Message + "\n"));
            // A branch goes on from its own last commit unasked, and refuses to be asked.
            if (commit.Parent is { } parent && parent != commit.Ref)
            {
                Line(stream, $"from {parent}");
            }
            foreach (var (path, content) in commit.Files.OrderBy(file => file.Key, StringComparer.Ordinal))
            {
                Line(stream, $"M {(path.EndsWith(".sh", StringComparison.Ordinal) ? "100755" : "100644")} inline {path}");
                Data(stream, content);
            }
            Line(stream, "");
        }
        return stream.ToArray();
    }

    private static void Data(MemoryStream stream, byte[] content)
    {
        Line(stream, $"data {content.Length}");
        stream.Write(content);
        Line(stream, "");
    }

    private static void Line(MemoryStream stream, string text) => stream.Write(Encoding.UTF8.GetBytes(text + "\n"));
}
