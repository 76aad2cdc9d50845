using System.Globalization;
using Kiln.Contracts.Builds;

namespace Kiln.Server.Planning;

/// <summary>Names of what a run makes.</summary>
/// <param name="Image"><c>name:tag</c>, without a registry.</param>
/// <param name="Package">File name of the package.</param>
public sealed record ReleaseName(string Image, string Package)
{
    // What registries take.
    private const int LongestTag = 128;

    /// <summary>Names by image, time, run and the first repository.</summary>
    public static ReleaseName Of(
        string imageName, string buildName, IReadOnlyList<RepoInfo> repos, long runId, DateTimeOffset now)
    {
        var name = imageName.Length > 0 ? imageName : Slug(buildName);
        var tag = Tag(repos.Count == 0 ? null : repos[0], runId, now.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture));
        tag = tag.Length > LongestTag ? tag[..LongestTag] : tag;
        return new ReleaseName($"{name}:{tag}", $"{name}-{tag}.tar.gz".Replace('/', '-'));
    }

    private static string Tag(RepoInfo? repo, long runId, string time) => repo switch
    {
        null => time,
        { Tag.Length: > 0 } => $"{time}-{Plain(repo.Tag)}",
        { Prs.Count: > 0 } => $"{time}-{runId}-{Plain(repo.Branch)}-pr-{string.Join('-', repo.Prs)}",
        _ => $"{time}-{runId}-{Plain(repo.Branch)}",
    };

    private static string Plain(string text) =>
        string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : '-'));

    // Only where no service gives a name: an image's name is lower case and begins with a letter or digit.
    private static string Slug(string text)
    {
        var slug = Plain(text).ToLowerInvariant().Trim('-', '.', '_');
        return slug.Length == 0 ? "build" : slug;
    }
}
