namespace Kiln.Server.Builds.Rules;

/// <summary>Kubernetes' own rules for what ends up in manifests.</summary>
public static class KubernetesSyntax
{
    private static readonly string[] Suffixes =
        ["", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    /// <summary>Key of a label or annotation: <c>[prefix/]name</c>.</summary>
    public static bool IsKey(string key)
    {
        var slash = key.IndexOf('/');
        return slash < 0 ? IsName(key) : IsSubdomain(key[..slash]) && IsName(key[(slash + 1)..]);
    }

    public static bool IsLabelValue(string value) => value.Length == 0 || IsName(value);

    /// <summary><c>name: quantity</c>.</summary>
    public static bool IsGpuLimit(string limit)
    {
        var parts = limit.Replace(" ", "", StringComparison.Ordinal).Split(':');
        return parts.Length == 2 && IsKey(parts[0]) && IsQuantity(parts[1]);
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 63
        && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static bool IsSubdomain(string text) =>
        text.Length <= 253 && text.Split('.').All(part =>
            part.Length > 0 && part[0] != '-' && part[^1] != '-'
            && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'));

    private static bool IsQuantity(string text)
    {
        var number = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var digits = text[..number].Split('.');
        return digits.Length <= 2 && digits.All(part => part.Length > 0) && Suffixes.Contains(text[number..]);
    }
}
