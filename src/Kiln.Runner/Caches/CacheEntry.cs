using System.Text.Json.Serialization;

namespace Kiln.Runner.Caches;

/// <summary>A name in a scope and the content it stands for.</summary>
/// <param name="Scope">As <see cref="Contracts.Plans.PlannedCache.Scope"/>.</param>
/// <param name="Key">Name.</param>
/// <param name="Sha256">SHA-256 of the archive.</param>
/// <param name="Size">Bytes of the archive.</param>
/// <param name="SavedAtMs">Unix milliseconds.</param>
internal sealed record CacheEntry(string Scope, string Key, string Sha256, long Size, long SavedAtMs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CacheEntry))]
internal sealed partial class CacheJson : JsonSerializerContext;
