using System.Formats.Tar;
using System.Text.Json;
using Kiln.Disk;
using Kiln.Server.Settings;
using Kiln.Server.Storage;
using Kiln.Server.Storage.Postgres;
using Kiln.Server.Storage.Sqlite;

namespace Kiln.Server.Backups;

/// <summary>Puts a backup into an empty data directory, and on PostgreSQL into an empty database. No server runs meanwhile.</summary>
internal sealed class Restore(KilnOptions options, DataDirectory data, TimeProvider time)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private BackupManifest? _manifest;
    private bool _isWhole;

    /// <summary>Restores; what was restored, for people.</summary>
    /// <exception cref="RestoreException">It cannot be; the message says why.</exception>
    public static async Task<string> RunAsync(
        string file, KilnOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        using var data = DataDirectory.Open(options.Data, options.Artifacts);
        RequireEmpty(data);
        // Until it is gone no server starts here: half a backup must not be taken for a whole one.
        DurableFile.Write(data.UnfinishedRestoreFile, []);
        var restore = new Restore(options, data, time);
        try
        {
            await using var archive = File.OpenRead(file);
            var rows = await restore.ReadAsync(archive, cancellationToken);
            DurableFile.SyncAll(data.Root);
            if (Directory.Exists(data.Artifacts))
            {
                // They may be on another disk.
                DurableFile.SyncAll(data.Artifacts);
            }
            File.Delete(data.UnfinishedRestoreFile);
            DurableFile.SyncNames(data.Root);
            return restore.Told(rows);
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException or JsonException or FormatException)
        {
            throw new RestoreException($"{file} is not a whole backup: {broken.Message} Empty {data.Root} and restore another.");
        }
    }

    private static void RequireEmpty(DataDirectory data)
    {
        var own = (string[])[data.LockFile, data.MasterKeyFile, data.AdminTokenFile];
        if (Directory.EnumerateFileSystemEntries(data.Root).Except(own).FirstOrDefault() is { } found)
        {
            throw new RestoreException(
                $"The data directory {data.Root} is not empty ({Path.GetFileName(found)}). Restore into a new one: --data DIR.");
        }
    }

    private async Task<long> ReadAsync(Stream archive, CancellationToken cancellationToken)
    {
        var rows = 0L;
        await using var entries = new TarReader(archive);
        while (await entries.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (_manifest is null && entry.Name != BackupNames.Manifest)
            {
                break;
            }
            switch (entry.Name)
            {
                case BackupNames.Manifest:
                    _manifest = await ManifestAsync(entry, cancellationToken);
                    break;
                case BackupNames.Database:
                    rows = await DatabaseAsync(entry, cancellationToken);
                    break;
                case BackupNames.MasterKey when options.MasterKey is null:
                    await WriteAsync(entry, data.MasterKeyFile, cancellationToken);
                    break;
                case BackupNames.AdminToken when options.AdminToken is null:
                    await WriteAsync(entry, data.AdminTokenFile, cancellationToken);
                    break;
                case BackupNames.End:
                    _isWhole = true;
                    break;
                case var name when name.StartsWith(BackupNames.Logs, StringComparison.Ordinal):
                    await WriteAsync(entry, Below(data.Logs, name[BackupNames.Logs.Length..]), cancellationToken);
                    break;
                case var name when name.StartsWith(BackupNames.Artifacts, StringComparison.Ordinal):
                    await WriteAsync(entry, Below(data.Artifacts, name[BackupNames.Artifacts.Length..]), cancellationToken);
                    break;
            }
        }
        return _manifest is null ? throw new InvalidDataException("It does not begin as one.")
            : _isWhole ? rows
            : throw new InvalidDataException("It is cut off.");
    }

    private async Task<BackupManifest> ManifestAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        var manifest = entry.DataStream is { } content
            ? await JsonSerializer.DeserializeAsync(content, BackupJson.Default.BackupManifest, cancellationToken)
            : null;
        if (manifest is null)
        {
            throw new InvalidDataException("Its manifest is empty.");
        }
        var unknown = manifest.Schema.Except(Migration.All.Select(static migration => migration.Version));
        if (manifest.Format > BackupManifest.CurrentFormat || unknown.Any())
        {
            throw new RestoreException(
                $"The backup was made by Kiln {manifest.Version}, which is newer than this one. Restore with a Kiln at least as new.");
        }
        var wanted = options.Database is null ? "sqlite" : "postgresql";
        return manifest.Database == wanted ? manifest : throw new RestoreException(manifest.Database == "sqlite"
            ? "The backup is of a server with SQLite: restore it without KILN_DATABASE."
            : "The backup is of a server with PostgreSQL: say with KILN_DATABASE into which empty database it goes.");
    }

    private async Task<long> DatabaseAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        var aside = Path.Combine(data.Root, "restore.new");
        await WriteAsync(entry, aside, cancellationToken);
        try
        {
            // With the schema that it was made of: the next start of a server brings it up to date.
            var migrations = Migration.All.Where(migration => _manifest!.Schema.Contains(migration.Version)).ToList();
            await using Database database = options.Database is { } connection
                ? await PostgresStart.OpenAsync(connection, migrations, time, cancellationToken)
                : await SqliteDatabase.OpenAsync(data.Root, migrations, time);
            return await DatabaseImport.ReadAsync(database, aside, cancellationToken);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    // A name in an archive must not lead out of where it belongs.
    private static string Below(string root, string name)
    {
        var path = Path.GetFullPath(Path.Combine(root, name));
        return path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new InvalidDataException($"It holds a file outside of the data directory: {name}.");
    }

    private static async Task WriteAsync(TarEntry entry, string path, CancellationToken cancellationToken)
    {
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
        {
            throw new InvalidDataException($"It holds something else than files: {entry.Name}.");
        }
        DataDirectory.Ensure(Path.GetDirectoryName(path)!);
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
            UnixCreateMode = Private,
        });
        if (entry.DataStream is { } content)
        {
            await content.CopyToAsync(file, cancellationToken);
        }
    }

    private string Told(long rows)
    {
        var made = DateTimeOffset.FromUnixTimeSeconds(_manifest!.CreatedTime);
        var key = _manifest.HasKeys || options.MasterKey is not null
            ? ""
            : "\nThe backup has no master key: before the server starts, put the one it was made under into "
                + $"{data.MasterKeyFile}, or give it by KILN_MASTER_KEY. Without it stored secrets are lost.";
        var artifacts = _manifest.ArtifactStorage.Length == 0
            ? ""
            : $"\nArtifacts lie in the {_manifest.ArtifactStorage} and not in the backup: start the server with the same artifacts setting.";
        return $"Restored {data.Root}: {rows} rows, as they were on {made:yyyy-MM-dd HH:mm:ss} UTC.{key}{artifacts}\n";
    }
}
