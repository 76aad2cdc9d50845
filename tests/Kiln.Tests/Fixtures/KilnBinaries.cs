namespace Kiln.Tests.Fixtures;

/// <summary>
/// Where the executables under test lie: in the directory <c>KILN_TEST_BIN</c> (published builds), else beside this
/// build of the tests.
/// </summary>
internal static class KilnBinaries
{
    public static string Exec => Find("kiln-exec", "Kiln.Exec");

    public static string Agent => Find("kiln-agent", "Kiln.Agent");

    public static string Server => Find("kiln-server", "Kiln.Server");

    public static string Cli => Find("kiln", "Kiln.Cli");

    private static string Find(string binary, string project)
    {
        if (Environment.GetEnvironmentVariable("KILN_TEST_BIN") is { Length: > 0 } published)
        {
            return Path.Combine(published, binary);
        }

        // artifacts/bin/Kiln.Tests/debug → artifacts/bin/Kiln.Exec/debug
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var path = Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, binary);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"build src/{project} first, or set KILN_TEST_BIN", path);
    }
}
