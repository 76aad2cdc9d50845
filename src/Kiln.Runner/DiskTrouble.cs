namespace Kiln.Runner;

/// <summary>Tells a full disk from other trouble with files.</summary>
internal static class DiskTrouble
{
    private const int NoSpace = 28;
    private const int QuotaUsedUp = 122;

    public static bool IsFull(IOException trouble) => trouble.HResult is NoSpace or QuotaUsedUp;

    /// <summary>The same from what a program wrote.</summary>
    public static bool IsFull(string said) =>
        said.Contains("No space left on device", StringComparison.Ordinal)
        || said.Contains("the disk is full", StringComparison.Ordinal)
        || said.Contains("Disk quota exceeded", StringComparison.Ordinal);
}
