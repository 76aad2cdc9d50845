namespace Kiln.Runner.Spawning;

/// <summary>What an agent's process asks of the kernel once, at its start.</summary>
public static class ProcessPrivileges
{
    /// <summary>Makes this process the parent of what a dead exec leaves behind, so that it can be ended and reaped.</summary>
    public static void BecomeSubreaper()
    {
        Posix.BecomeSubreaper();
        IsSubreaper = true;
    }

    /// <summary>Whether orphans below this process come to it.</summary>
    internal static bool IsSubreaper { get; private set; }

    /// <summary>Takes a variable out of this process's environment and returns it; its value is wiped where the kernel shows it to
    /// others.</summary>
    public static string? TakeVariable(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, null);
        Posix.WipeVariable(name);
        return value;
    }

    /// <summary>Keeps other processes of the same user from reading this one's memory, which holds secrets.</summary>
    public static void HideMemory() => Posix.HideMemory();
}
