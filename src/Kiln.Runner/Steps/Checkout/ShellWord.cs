namespace Kiln.Runner.Steps.Checkout;

/// <summary>For the two settings of git that are shell text by their nature (credential helper, ssh command).</summary>
internal static class ShellWord
{
    /// <summary>One word of a POSIX shell, whatever is in it.</summary>
    public static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
