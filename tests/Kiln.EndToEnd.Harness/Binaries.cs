namespace Kiln.EndToEnd.Harness;

/// <summary>The programs under test: exactly the binaries that <c>./kiln build</c> made.</summary>
public static class Binaries
{
    public static string Kiln => PathOf("kiln");

    public static string Server => PathOf("kiln-server");

    public static string Agent => PathOf("kiln-agent");

    private static string PathOf(string name)
    {
        var directory = Environment.GetEnvironmentVariable("KILN_TEST_BIN")
            ?? throw new InvalidOperationException("KILN_TEST_BIN must name the directory of Kiln's binaries; ./kiln test sets it.");
        return Path.Combine(directory, name);
    }
}
