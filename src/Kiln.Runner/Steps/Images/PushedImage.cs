using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kiln.Runner.Steps.Images;

/// <summary>Reads digest and size out of what engines leave behind.</summary>
internal static partial class PushedImage
{
    /// <summary>The digest from a metadata or digest file, else from an engine's words; empty when nobody tells.
    /// Raw forms: <c>{"containerimage.digest":"sha256:…"}</c>, <c>sha256:…</c>, <c>tag: digest: sha256:… size: 528</c>.</summary>
    public static string DigestOf(string metadataFile, string said)
    {
        var text = File.Exists(metadataFile) ? File.ReadAllText(metadataFile) : said;
        var named = NamedDigest().Match(text);
        return named.Success ? named.Groups["digest"].Value : AnyDigest().Match(text).Value;
    }

    /// <summary>Bytes: a number as it is, or what a manifest's layers and configuration add up to; 0 when neither.</summary>
    public static long SizeOf(string described)
    {
        if (long.TryParse(described.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            return size;
        }
        try
        {
            using var manifest = JsonDocument.Parse(described);
            var root = manifest.RootElement;
            return root.TryGetProperty("layers", out var layers) && root.TryGetProperty("config", out var config)
                ? layers.EnumerateArray().Sum(static layer => layer.GetProperty("size").GetInt64()) + config.GetProperty("size").GetInt64()
                : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    [GeneratedRegex(@"(containerimage\.digest""\s*:\s*""|digest:\s*)(?<digest>sha256:[0-9a-f]{64})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamedDigest();

    [GeneratedRegex("sha256:[0-9a-f]{64}", RegexOptions.None, 1000)]
    private static partial Regex AnyDigest();
}
