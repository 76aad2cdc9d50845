namespace Kiln.Cli;

/// <summary>What the client's exit codes mean; docs/cli.md has the table for users.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int RunFailed = 1;
    public const int Usage = 2;
    public const int Cancelled = 3;
    public const int NotAuthenticated = 4;
    public const int Infrastructure = 5;
    public const int Interrupted = 130;
}
