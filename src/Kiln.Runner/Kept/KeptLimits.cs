using System.Globalization;

namespace Kiln.Runner.Kept;

/// <summary>What the kept workspaces of a host may take together.</summary>
/// <param name="Bytes">Their files.</param>
/// <param name="Count">How many there may be; 0 = the host keeps none.</param>
public sealed record KeptLimits(long Bytes, int Count)
{
    private const long DefaultBytes = 10L << 30;
    private const int DefaultCount = 10;

    /// <summary>From <c>KILN_KEPT_LIMIT</c> (a number with or without <c>M</c> or <c>G</c>; 10 GiB without it) and <c>KILN_KEPT_COUNT</c>
    /// (10 without it).</summary>
    public static KeptLimits Of(Func<string, string?> environment) => new(
        ByteLimit.Of(environment("KILN_KEPT_LIMIT"), DefaultBytes),
        int.TryParse(environment("KILN_KEPT_COUNT"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : DefaultCount);

    /// <summary>How many of the oldest must go so that the rest is within the limits.</summary>
    /// <param name="bytes">Of each workspace, the oldest first.</param>
    internal int Surplus(IReadOnlyList<long> bytes)
    {
        var (gone, rest) = (0, bytes.Sum());
        while (gone < bytes.Count && (bytes.Count - gone > Count || rest > Bytes))
        {
            rest -= bytes[gone++];
        }
        return gone;
    }

    /// <summary>In words.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"at most {Count} {(Count == 1 ? "workspace" : "workspaces")} and {Bytes} bytes");
}
