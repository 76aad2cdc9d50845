namespace Kiln.Buckets;

/// <summary>How large objects are cut: services take 10,000 parts at most, each of 5 MiB or more but the last.</summary>
internal static class PartSize
{
    private const long Least = 16L << 20;
    private const long MostParts = 9_000;
    private const long Step = 1L << 20;

    /// <summary>True when an object is put in one request.</summary>
    public static bool IsWhole(long size) => size <= Least;

    /// <summary>Bytes of each part but the last.</summary>
    public static long Of(long size) => Math.Max(Least, ((size / MostParts / Step) + 1) * Step);
}
