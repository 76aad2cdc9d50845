using System.Reflection;

namespace Kiln.Server.Demo;

/// <summary>The demo's files, embedded in the program.</summary>
internal static class DemoContent
{
    private const string Prefix = "demo/";
    private static readonly Assembly Program = typeof(DemoContent).Assembly;

    /// <summary>Files below <paramref name="directory"/>, by their path in it.</summary>
    public static IReadOnlyDictionary<string, byte[]> Files(string directory)
    {
        var root = $"{Prefix}{directory}/";
        return Program.GetManifestResourceNames()
            .Where(name => name.StartsWith(root, StringComparison.Ordinal))
            .ToDictionary(name => name[root.Length..], Read);
    }

    /// <summary>One file.</summary>
    public static byte[] File(string path) => Read(Prefix + path);

    private static byte[] Read(string resource)
    {
        using var content = Program.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not part of this program.");
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        return bytes;
    }
}
