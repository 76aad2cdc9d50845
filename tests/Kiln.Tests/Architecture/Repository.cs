namespace Kiln.Tests.Architecture;

/// <summary>The sources that these tests belong to.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>Every source file of the product, by its path below <c>src</c>.</summary>
    public static IEnumerable<string> Sources() => Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Path.Combine(Root, "src"), path));

    public static IEnumerable<string> Lines(string source) => File.ReadLines(Path.Combine(Root, "src", source));

    private static string Find(DirectoryInfo directory) => File.Exists(Path.Combine(directory.FullName, "Kiln.slnx"))
        ? directory.FullName
        : Find(directory.Parent!);
}
