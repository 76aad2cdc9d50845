using Kiln.Exec.Interop;

namespace Kiln.Exec.Spawn;

/// <summary>Finds a program as a shell would, on the PATH of the environment it is to get.</summary>
internal static class ProgramLookup
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Absolute path of an executable file, or <c>null</c>.</summary>
    public static string? Find(
        string program, IReadOnlyList<KeyValuePair<string, string>> environment, string workingDirectory)
    {
        if (program.Contains('/'))
        {
            var path = program[0] == '/' ? program : workingDirectory + "/" + program;
            return IsExecutable(path) ? path : null;
        }

        foreach (var directory in PathOf(environment).Split(':'))
        {
            var candidate = directory.StartsWith('/') ? directory + "/" + program : null;
            if (candidate is not null && IsExecutable(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static string PathOf(IReadOnlyList<KeyValuePair<string, string>> environment)
    {
        // The later one of two equal names wins, here as in the process.
        for (var i = environment.Count - 1; i >= 0; i--)
        {
            if (environment[i].Key == "PATH")
            {
                return environment[i].Value;
            }
        }

        return DefaultPath;
    }

    private static bool IsExecutable(string path) =>
        Libc.Access(path, Libc.ExecuteOk) == 0 && !Directories.Exists(path);
}
