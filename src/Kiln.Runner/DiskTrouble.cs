namespace Kiln.Runner;

/// <summary>Tells a full disk from other trouble with files.</summary>
internal static class DiskTrouble
{
    private const int NoSpace = 28;
    private const int QuotaUsedUp = 122;

    /// <summary>With less than this nothing that writes gets on.</summary>
    private const long NothingLeft = 256 * 1024;

    public static bool IsFull(IOException trouble) => trouble.HResult is NoSpace or QuotaUsedUp;

    /// <summary>Whether the disk that holds a directory has no room now; false when nobody tells.</summary>
    public static bool IsFullAt(string directory)
    {
        try
        {
            return new DriveInfo(directory).AvailableFreeSpace < NothingLeft;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The same from what a program wrote.</summary>
    public static bool IsFull(string said) =>
        said.Contains("No space left on device", StringComparison.Ordinal)
        || said.Contains("the disk is full", StringComparison.Ordinal)
        || said.Contains("Disk quota exceeded", StringComparison.Ordinal);
}
