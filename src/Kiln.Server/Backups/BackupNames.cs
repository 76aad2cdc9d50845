namespace Kiln.Server.Backups;

/// <summary>Names of the entries in a backup.</summary>
internal static class BackupNames
{
    public const string Manifest = "manifest.json";
    public const string Database = "database.jsonl.br";
    public const string Logs = "logs/";
    public const string Artifacts = "artifacts/";
    public const string MasterKey = "keys/master.key";
    public const string AdminToken = "keys/admin-token";

    /// <summary>The last entry: without it the archive is cut off.</summary>
    public const string End = "end";
}
