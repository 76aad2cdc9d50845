using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Kiln.Buckets;
using Kiln.Server.Artifacts;
using Kiln.Server.Identity;
using Kiln.Server.Logs;
using Kiln.Server.Settings;
using Kiln.Server.Storage;
using Microsoft.Win32.SafeHandles;

namespace Kiln.Server.Backups;

/// <summary>
/// Writes everything a server keeps as one tar archive while it serves: one snapshot of the database first, then the logs and
/// artifacts of the attempts in it. Those are only ever lengthened or added to, and meanwhile none is packed or removed, so what the
/// snapshot speaks of is there. Artifacts in an object storage stay there.
/// </summary>
public sealed class Backup(
    Database database, DataDirectory data, ArtifactStore artifacts, BackupStandstill standstill, KilnOptions options) : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Begins a backup; <c>null</c> = another one is under way. Disposed it is over.</summary>
    public IDisposable? TryBegin() => _turn.Wait(0) ? new Turn(_turn) : null;

    /// <summary>Writes the archive.</summary>
    /// <param name="output">Takes it; slow is fine.</param>
    /// <param name="withKeys">Put the master key and the admin token into it.</param>
    /// <param name="now">Time of the backup.</param>
    /// <param name="cancellationToken">Ends it; the archive then has no end.</param>
    public async Task WriteAsync(Stream output, bool withKeys, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var still = await standstill.BeginAsync(cancellationToken);
        var aside = Path.Combine(data.Root, "backup.new");
        try
        {
            await using var exported = new FileStream(aside, new FileStreamOptions
            {
                Mode = FileMode.Create, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = Private,
            });
            var snapshot = await DatabaseExport.WriteAsync(database, exported, cancellationToken);
            await using var archive = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
            var manifest = new BackupManifest(
                BackupManifest.CurrentFormat, SettingsHelp.Version, database.IsShared ? "postgresql" : "sqlite",
                snapshot.Versions, now.ToUnixTimeSeconds(), withKeys)
            {
                ArtifactStorage = options.ArtifactBucket?.ToString() ?? "",
            };
            await AddAsync(
                archive, BackupNames.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest), now, cancellationToken);
            exported.Position = 0;
            await AddAsync(archive, BackupNames.Database, exported, now, cancellationToken);
            foreach (var attempt in snapshot.Attempts)
            {
                await AddAsync(archive, attempt, now, cancellationToken);
            }
            if (withKeys)
            {
                var key = Convert.ToBase64String(MasterKey.Load(options, data));
                await AddAsync(archive, BackupNames.MasterKey, Encoding.ASCII.GetBytes($"{key}\n"), now, cancellationToken);
                var token = AdminToken.Load(options, data).Value;
                await AddAsync(archive, BackupNames.AdminToken, Encoding.ASCII.GetBytes($"{token}\n"), now, cancellationToken);
            }
            await AddAsync(archive, BackupNames.End, Array.Empty<byte>(), now, cancellationToken);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task AddAsync(TarWriter archive, LogKey attempt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var files = LogFiles.Of(data.Logs, attempt);
        foreach (var file in (string[])[files.Packed, files.Written, files.Times])
        {
            await AddFileAsync(archive, BackupNames.Logs + Path.GetRelativePath(data.Logs, file), file, now, cancellationToken);
        }
        var directory = artifacts.DirectoryOf(attempt);
        if (Directory.Exists(directory))
        {
            foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
            {
                await AddFileAsync(
                    archive, BackupNames.Artifacts + Path.GetRelativePath(data.Artifacts, file), file, now, cancellationToken);
            }
        }
    }

    private static async Task AddFileAsync(
        TarWriter archive, string name, string file, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var handle = Open(file);
        if (handle is null)
        {
            return;
        }
        // The bytes that it has now: a log that grows meanwhile does not grow in the archive.
        await using var part = new FileSlice(handle, RandomAccess.GetLength(handle));
        await AddAsync(archive, name, part, now, cancellationToken);
    }

    private static SafeFileHandle? Open(string file)
    {
        try
        {
            return File.Exists(file)
                ? File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous)
                : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static Task AddAsync(
        TarWriter archive, string name, byte[] content, DateTimeOffset now, CancellationToken cancellationToken) =>
        AddAsync(archive, name, new MemoryStream(content, writable: false), now, cancellationToken);

    private static Task AddAsync(
        TarWriter archive, string name, Stream content, DateTimeOffset now, CancellationToken cancellationToken) =>
        archive.WriteEntryAsync(
            new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = Private, ModificationTime = now },
            cancellationToken);

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
