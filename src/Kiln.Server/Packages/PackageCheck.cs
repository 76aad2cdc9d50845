using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiln.Server.Packages;

/// <summary>Whether the file of a package can be fetched from this server.</summary>
/// <param name="Name">Package.</param>
/// <param name="Version">Version.</param>
/// <param name="Status"><c>ok</c>, <c>no_download</c> (nothing to fetch), <c>unreachable</c>, <c>missing</c>, <c>refused</c> or <c>checksum</c>.</param>
/// <param name="Url">Where it is.</param>
/// <param name="Size">Bytes; 0 = nobody said.</param>
/// <param name="Sha256">SHA-256 of what was fetched; empty when only its presence was looked at.</param>
/// <param name="Message">A sentence; empty when all is well.</param>
public sealed record PackageCheck(string Name, string Version, string Status, string Url, long Size, string Sha256, string Message);

/// <summary>Answer to a verification.</summary>
/// <param name="Ok">How many can be fetched, or need not be.</param>
/// <param name="Packages">Each package, in the order of the catalogue.</param>
public sealed record PackageChecks(int Ok, IReadOnlyList<PackageCheck> Packages);

/// <summary>JSON of verifications.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PackageChecks))]
public sealed partial class PackageChecksJson : JsonSerializerContext;
