using Kiln.Contracts.Exec;

namespace Kiln.Runner.Spawning;

/// <summary>Sends an exec home.</summary>
internal static class ExecEnding
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Tells it to finish and waits until it is gone, for a while.</summary>
    public static async Task EndAsync(ExecConnection? connection, TimeProvider clock)
    {
        if (connection is null)
        {
            return;
        }
        await using var exec = new ExecSession(connection);
        exec.Begin();
        await exec.SendAsync(ExecCommand.Hello.Ask);
        await exec.SendAsync(new ExecCommand.Finish());
        await AwaitAsync(exec.Gone, clock);
    }

    /// <summary>Waits for <paramref name="gone"/>, for a while.</summary>
    public static async Task AwaitAsync(Task gone, TimeProvider clock)
    {
        try
        {
            await gone.WaitAsync(Patience, clock);
        }
        catch (TimeoutException)
        {
            // The caller looks again and kills.
        }
    }
}
