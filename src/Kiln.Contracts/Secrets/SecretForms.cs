using System.Text;

namespace Kiln.Contracts.Secrets;

/// <summary>
/// Everything a secret may look like in a log: as it is, its lines, base64 at its three alignments (and as wrapped by
/// <c>base64</c>), percent-encoded, JSON-escaped, quoted by a shell, in hexadecimal.
/// </summary>
public static class SecretForms
{
    /// <summary>A shorter value would turn the log into asterisks.</summary>
    public const int ShortestValue = 4;

    /// <summary>A shorter line of a multi-line value (<c>-----</c>, <c>}</c>, <c>end</c>) is nothing secret.</summary>
    private const int ShortestLine = 8;

    private const int WrappedLine = 76;

    /// <summary>Whether a value is masked at all.</summary>
    public static bool IsMaskable(string value) =>
        Encoding.UTF8.GetByteCount(value) >= ShortestValue
        && !value.Equals("true", StringComparison.OrdinalIgnoreCase)
        && !value.Equals("false", StringComparison.OrdinalIgnoreCase)
        && value.AsSpan().Trim("*\r\n").Length > 0;

    /// <summary>Adds the forms of a maskable value.</summary>
    public static void AddTo(HashSet<string> forms, string value)
    {
        Add(forms, value);
        Add(forms, value.Trim('\r', '\n'));
        if (value.Contains('\n'))
        {
            foreach (var line in value.Split('\n'))
            {
                AddLong(forms, line.Trim());
            }
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        AddBase64(forms, bytes);
        Add(forms, Convert.ToHexString(bytes));
        Add(forms, Convert.ToHexStringLower(bytes));
        TextEscapes.AddTo(forms, value);
    }

    public static void Add(HashSet<string> forms, string form)
    {
        if (form.Length >= ShortestValue)
        {
            forms.Add(form);
        }
    }

    private static void AddLong(HashSet<string> forms, string form)
    {
        if (form.Length >= ShortestLine)
        {
            forms.Add(form);
        }
    }

    private static void AddBase64(HashSet<string> forms, byte[] value)
    {
        var alone = Convert.ToBase64String(value);
        AddBase64(forms, alone);
        for (var at = 0; at < alone.Length && alone.Length > WrappedLine; at += WrappedLine)
        {
            AddLong(forms, alone.Substring(at, Math.Min(WrappedLine, alone.Length - at)));
        }

        // In the middle of something longer a value begins at one of three bit positions. Only the characters that its
        // own bits decide are the same everywhere: those before and behind also hold a neighbour's bits.
        for (var before = 0; before < 3; before++)
        {
            var shifted = Convert.ToBase64String([.. new byte[before], .. value]);
            var first = (8 * before + 5) / 6;
            var end = 8 * (before + value.Length) / 6;
            AddBase64(forms, shifted[first..end]);
        }
    }

    private static void AddBase64(HashSet<string> forms, string text)
    {
        Add(forms, text);
        Add(forms, text.Replace('+', '-').Replace('/', '_'));
    }
}
