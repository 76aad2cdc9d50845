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

    /// <summary>Bytes and layers; 0 and none when nobody tells.
    /// Raw forms: <c>{"size":528,"layers":["sha256:…"]}</c>, or a manifest,
    /// <c>{"config":{"size":400},"layers":[{"size":128,"digest":"sha256:…"}]}</c>.</summary>
    public static (long Size, IReadOnlyList<string> Layers) ContentOf(string described)
    {
        try
        {
            using var json = JsonDocument.Parse(described);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("layers", out var layers)
                || layers.ValueKind != JsonValueKind.Array)
            {
                return (0, []);
            }
            return root.TryGetProperty("config", out var config)
                ? (layers.EnumerateArray().Sum(static layer => layer.GetProperty("size").GetInt64()) + config.GetProperty("size").GetInt64(),
                    [.. layers.EnumerateArray().Select(static layer => layer.GetProperty("digest").GetString() ?? "")])
                : (root.GetProperty("size").GetInt64(), [.. layers.EnumerateArray().Select(static layer => layer.GetString() ?? "")]);
        }
        catch (Exception strange) when (strange is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (0, []);
        }
    }

    [GeneratedRegex(@"(containerimage\.digest""\s*:\s*""|digest:\s*)(?<digest>sha256:[0-9a-f]{64})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamedDigest();

    [GeneratedRegex("sha256:[0-9a-f]{64}", RegexOptions.None, 1000)]
    private static partial Regex AnyDigest();
}
