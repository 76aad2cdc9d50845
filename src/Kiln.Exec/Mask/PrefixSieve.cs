using System.Numerics;
using System.Runtime.Intrinsics;

namespace Kiln.Exec.Mask;

/// <summary>
/// Tells where in a text no form can begin, by the first two bytes of the forms: nearly all of a log, sixteen bytes at a time.
/// Each byte is looked up by its two halves in tables of sixteen rows, a row having a bit for each of eight groups of forms; a
/// place whose four rows share a bit is looked at exactly. (The first step of Teddy, the search of many words in Hyperscan.)
/// </summary>
internal sealed class PrefixSieve
{
    private readonly uint[] _pairs = new uint[65536 / 32];
    private Vector128<byte> _firstLow;
    private Vector128<byte> _firstHigh;
    private Vector128<byte> _secondLow;
    private Vector128<byte> _secondHigh;

    public void Add(byte first, byte second)
    {
        var pair = first << 8 | second;
        _pairs[pair >> 5] |= 1u << (pair & 31);

        // Forms that begin alike share a group: a group that knows many first bytes lets everything through.
        var group = (byte)(1 << (first & 7));
        Mark(ref _firstLow, first & 15, group);
        Mark(ref _firstHigh, first >> 4, group);
        Mark(ref _secondLow, second & 15, group);
        Mark(ref _secondHigh, second >> 4, group);
    }

    /// <summary>
    /// How many bytes at the front of the text begin no form. The last byte is never among them: what follows it is not known.
    /// </summary>
    public int Skip(ReadOnlySpan<byte> text)
    {
        var at = 0;
        for (; at + Vector128<byte>.Count < text.Length; at += Vector128<byte>.Count)
        {
            var first = Vector128.Create(text[at..]);
            var second = Vector128.Create(text[(at + 1)..]);
            var groups = Vector128.Shuffle(_firstLow, Low(first)) & Vector128.Shuffle(_firstHigh, High(first))
                & Vector128.Shuffle(_secondLow, Low(second)) & Vector128.Shuffle(_secondHigh, High(second));
            for (var places = ~Vector128.Equals(groups, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF;
                places != 0;
                places &= places - 1)
            {
                var place = at + BitOperations.TrailingZeroCount(places);
                if (MayBegin(text[place], text[place + 1]))
                {
                    return place;
                }
            }
        }

        while (at + 1 < text.Length && !MayBegin(text[at], text[at + 1]))
        {
            at++;
        }

        return at;
    }

    private static Vector128<byte> Low(Vector128<byte> bytes) => bytes & Vector128.Create((byte)15);

    private static Vector128<byte> High(Vector128<byte> bytes) => Low((bytes.AsUInt16() >>> 4).AsByte());

    private static void Mark(ref Vector128<byte> rows, int row, byte group) =>
        rows = rows.WithElement(row, (byte)(rows.GetElement(row) | group));

    private bool MayBegin(byte first, byte second)
    {
        var pair = first << 8 | second;
        return (_pairs[pair >> 5] >> (pair & 31) & 1) != 0;
    }
}
