namespace Kiln.Cli.Servers;

/// <summary>The other programs of Kiln, which lie beside this one.</summary>
/// <exception cref="MissingProgramException">One is asked for that does not.</exception>
internal static class Siblings
{
    public static string Server => PathOf("kiln-server");

    public static string Agent => PathOf("kiln-agent");

    public static string Exec => PathOf("kiln-exec");

    private static string PathOf(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, name);
        return File.Exists(path) ? path : throw new MissingProgramException(path);
    }
}

/// <summary>A program of Kiln is not there; the message tells the user what to do.</summary>
internal sealed class MissingProgramException(string path)
    : Exception($"{path} is missing: kiln needs it beside itself. Run ./kiln build again, or install Kiln anew.");
