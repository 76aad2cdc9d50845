using System.Globalization;
using System.Text;

namespace Kiln.Contracts.Secrets;

/// <summary>A value as URLs, JSON and shells write it. Forms that equal the value itself cost nothing: it is a set.</summary>
internal static class TextEscapes
{
    private const string Unreserved = "-._~";

    public static void AddTo(HashSet<string> forms, string value)
    {
        // RFC 3986; encodeURIComponent; the same with '/' kept, as paths are encoded.
        foreach (var kept in (ReadOnlySpan<string>)[Unreserved, Unreserved + "!'()*", Unreserved + "/"])
        {
            var upper = Percent(value, kept, "X2");
            SecretForms.Add(forms, upper);
            SecretForms.Add(forms, upper.Replace("%20", "+"));
            SecretForms.Add(forms, Percent(value, kept, "x2"));
        }

        SecretForms.Add(forms, Json(value, static _ => false));
        SecretForms.Add(forms, Json(value, static c => c > '~'));
        SecretForms.Add(forms, Json(value, static c => c is '<' or '>' or '&' or '\u2028' or '\u2029'));
        SecretForms.Add(forms, Json(value, static _ => false).Replace("/", "\\/"));

        // 'it'\''s' is how bash -x shows it, it\'s how printf %q does.
        SecretForms.Add(forms, value.Replace("'", "'\\''"));
        SecretForms.Add(forms, ShellBackslashes(value));
    }

    private static string Percent(string value, string kept, string format)
    {
        var text = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(value))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || kept.Contains((char)b))
            {
                text.Append((char)b);
            }
            else
            {
                text.Append('%').Append(b.ToString(format, CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    private static string Json(string value, Func<char, bool> isEscapedToo)
    {
        var text = new StringBuilder();
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' => text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ when isEscapedToo(c) => text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }

        return text.ToString();
    }

    private static string ShellBackslashes(string value)
    {
        var text = new StringBuilder();
        foreach (var c in value)
        {
            if (c < 128 && !char.IsAsciiLetterOrDigit(c) && !"-._/:=@%+,".Contains(c))
            {
                text.Append('\\');
            }

            text.Append(c);
        }

        return text.ToString();
    }
}
