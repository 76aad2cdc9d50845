using System.ComponentModel;
using System.Diagnostics;

namespace Kiln.EndToEnd.Harness;

/// <summary>What is mounted where, for a disk or for one program alone. It takes root.</summary>
internal static class Mounts
{
    /// <summary>Arguments of <c>unshare</c> that start a program with mounts of its own; its process is the program's own.</summary>
    /// <param name="setUp">Shell that mounts, with <paramref name="given"/> as <c>$1</c>, <c>$2</c>, …; where it fails the program is not started.</param>
    /// <param name="given">What the shell needs.</param>
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    public static string[] OwnTo(string setUp, string[] given, string file, IEnumerable<string> arguments) =>
    [
        "--mount", "--propagation", "private", "sh", "-ec", $"{setUp}\nshift {given.Length}; exec \"$@\"", "sh", .. given, file, .. arguments,
    ];

    /// <summary>Runs a program that mounts or makes something to be mounted; false where it, or this user, cannot.</summary>
    public static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
