namespace Kiln.Runner;

/// <summary>The boot of this machine. What was not synced before it may be gone, and no process from before it lives.</summary>
public static class MachineBoot
{
    private const string IdFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>Its id, as the kernel gives it; empty where it gives none.</summary>
    public static string Id { get; } = File.Exists(IdFile) ? File.ReadAllText(IdFile).Trim() : "";

    /// <summary>Whether an id is of an earlier boot; of one that is not known nothing is said.</summary>
    public static bool IsEarlier(string id) => id.Length > 0 && Id.Length > 0 && id != Id;
}
