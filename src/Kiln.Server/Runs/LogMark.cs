using Kiln.Server.Runs.State;

namespace Kiln.Server.Runs;

/// <summary>
/// The visible end of a log whose runner has not said a last word, or of one that is not there any more. It is shown, not
/// stored, and counts in no offset: the runner may still come back and go on at the byte where the log stands.
/// </summary>
internal static class LogMark
{
    /// <summary>The line, or <c>null</c> for a log that is whole or still grows.</summary>
    public static string? Of(AttemptState state) => state.LogNotice.Length > 0
        ? $"\e[2m[kiln]\e[0m {state.LogNotice}\n"
        : state.IsGivenUp ? $"\e[2m[kiln]\e[0m The log is known up to here. {state.Message}\n" : null;
}
