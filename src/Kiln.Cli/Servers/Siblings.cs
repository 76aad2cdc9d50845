namespace Kiln.Cli.Servers;

/// <summary>The other programs of Kiln, which lie beside this one.</summary>
internal static class Siblings
{
    public static string Server => PathOf("kiln-server");

    public static string Agent => PathOf("kiln-agent");

    public static string Exec => PathOf("kiln-exec");

    /// <summary>Those that are not there.</summary>
    public static IEnumerable<string> Missing() => new[] { Server, Agent, Exec }.Where(static path => !File.Exists(path));

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name);
}
