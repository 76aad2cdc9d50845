using System.Text.Json.Serialization;

namespace Kiln.Server.Backups;

/// <summary>The first entry of a backup: what it is.</summary>
/// <param name="Format">Format of the archive.</param>
/// <param name="Version">Kiln that made it.</param>
/// <param name="Database"><c>sqlite</c> or <c>postgresql</c>: where logs lie follows from it.</param>
/// <param name="Schema">Migrations that had made its schema.</param>
/// <param name="CreatedTime">Unix seconds.</param>
/// <param name="HasKeys">Whether the master key is in it.</param>
internal sealed record BackupManifest(
    int Format, string Version, string Database, IReadOnlyList<int> Schema, long CreatedTime, bool HasKeys)
{
    /// <summary>The format that this Kiln writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Object storage that keeps the artifacts, which are then not in it; empty = none.</summary>
    public string ArtifactStorage { get => field ?? ""; init; } = "";
}

/// <summary>JSON of the manifest.</summary>
[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
