using System.Buffers;

namespace Kiln.Server.Builds.Rules;

/// <summary>Rules for names that become git refs, remotes and directories.</summary>
public static class GitName
{
    private static readonly SearchValues<char> NotInRefs = SearchValues.Create(" ~^:?*[\\\u007f");

    /// <summary>A branch or tag as git allows it.</summary>
    public static bool IsRef(string name) =>
        name.Length is > 0 and <= 1024
        && name.AsSpan().IndexOfAny(NotInRefs) < 0
        && !name.Any(char.IsControl)
        && !name.StartsWith('-')
        && !name.EndsWith('.')
        && name != "@"
        && !name.Contains("..", StringComparison.Ordinal)
        && !name.Contains("@{", StringComparison.Ordinal)
        && name.Split('/').All(part =>
            part.Length > 0 && !part.StartsWith('.') && !part.EndsWith(".lock", StringComparison.Ordinal));

    /// <summary>One segment of a repository's address, which is also its directory's name.</summary>
    public static bool IsSegment(string name) =>
        name.Length is > 0 and <= 255
        && name is not ("." or "..")
        && !name.StartsWith('-')
        && !name.Any(c => char.IsControl(c) || c is '/' or '\\' or '?' or '#' or ':' or '@' or '%');

    /// <summary>A namespace: segments with slashes between them.</summary>
    public static bool IsNamespace(string name) => name.Split('/').All(IsSegment);

    /// <summary>A whole commit id, SHA-1 or SHA-256.</summary>
    public static bool IsCommit(string id) => id.Length is 40 or 64 && id.All(char.IsAsciiHexDigit);
}
