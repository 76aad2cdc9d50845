using Kiln.Exec;
using Kiln.Exec.Credentials;

return args switch
{
    ["credential", var operation] => CredentialHelper.Run(operation),
    [var runDirectory] => Daemon.Run(runDirectory),
    _ => Daemon.Fail("usage: kiln-exec <run-directory> | kiln-exec credential get"),
};

/// <summary>The executable.</summary>
internal static partial class Program
{
    public static string Version { get; } = typeof(Program).Assembly.GetName().Version?.ToString(3) ?? "";
}
