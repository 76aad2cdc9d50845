using System.Buffers;
using System.Security.Cryptography;
using Kiln.Buckets;
using Kiln.Contracts.Runs;
using Kiln.Disk;
using Kiln.Server.Logs;
using Kiln.Server.Settings;

namespace Kiln.Server.Artifacts;

/// <summary>
/// Contents of artifacts, in a directory or, by a setting, in an object storage. A content is there whole or not at all, and
/// durable when it is there. What the directory kept before the setting was made stays readable there.
/// </summary>
/// <param name="data">Has the directory.</param>
/// <param name="bucket">The object storage; <c>null</c> = none.</param>
public sealed class ArtifactStore(DataDirectory data, ArtifactBucket? bucket)
{
    private const int PieceBytes = 128 * 1024;

    /// <summary>Stores a content; one that is there under the same path is replaced.</summary>
    /// <param name="attempt">Whose it is.</param>
    /// <param name="path">A valid path.</param>
    /// <param name="kind">Kind of the artifact.</param>
    /// <param name="sha256">What it must hash to, lower-case hexadecimal; <c>null</c> = not said.</param>
    /// <param name="content">Read to its end.</param>
    /// <param name="cancellationToken">Ends it; nothing is stored then.</param>
    /// <returns>The artifact, or <c>null</c> when the content hashes to something else and was not stored.</returns>
    /// <exception cref="BucketException">The object storage does not take it.</exception>
    public async Task<RunArtifact?> StoreAsync(
        LogKey attempt, string path, string kind, string? sha256, Stream content, CancellationToken cancellationToken)
    {
        // Aside in a directory of its own: no artifact's path can meet it. What goes to an object storage lies here until it is there:
        // its size and hash come first, and a transfer that breaks is repeated without asking the runner again.
        var aside = Path.Combine(DataDirectory.Ensure(Path.Combine(data.Artifacts, "incoming")), Path.GetRandomFileName());
        try
        {
            var (size, hash) = await WriteAsync(aside, content, isKept: bucket is null, cancellationToken);
            if (sha256 is not null && !string.Equals(sha256, hash, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
            if (bucket is null)
            {
                var target = FileOf(attempt, path);
                DataDirectory.Ensure(Path.GetDirectoryName(target)!);
                DurableFile.Place(aside, target);
            }
            else
            {
                using var file = File.OpenHandle(aside, options: FileOptions.Asynchronous);
                await bucket.PutAsync(attempt, path, BucketContent.Of(file, size, hash), cancellationToken);
            }
            return new RunArtifact(path, kind, size, hash);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>Opens a content that is part of a run.</summary>
    /// <exception cref="BucketException">The object storage cannot be asked.</exception>
    public async Task<KeptContent> OpenAsync(LogKey attempt, string path, CancellationToken cancellationToken)
    {
        var file = FileOf(attempt, path);
        return File.Exists(file) ? new KeptContent.InFile(file)
            : bucket is not null && await bucket.OpenAsync(attempt, path, cancellationToken) is { } content ? new KeptContent.InBucket(content)
            : new KeptContent.Gone();
    }

    /// <summary>Deletes the contents of an attempt, wherever they are. Repeating changes nothing.</summary>
    /// <exception cref="BucketException">The object storage cannot be asked; some may be gone.</exception>
    public async Task RemoveAsync(LogKey attempt, CancellationToken cancellationToken)
    {
        if (Directory.Exists(DirectoryOf(attempt)))
        {
            Directory.Delete(DirectoryOf(attempt), recursive: true);
        }
        if (bucket is not null)
        {
            await bucket.RemoveAsync(attempt, cancellationToken);
        }
    }

    /// <summary>Where the contents of an attempt lie; not there while it has none.</summary>
    public string DirectoryOf(LogKey attempt) => Path.Combine(
        data.Artifacts, $"{attempt.RunId / 1000:D6}", $"{attempt.RunId}-{attempt.Attempt}");

    private string FileOf(LogKey attempt, string path) => Path.Combine(DirectoryOf(attempt), path);

    private static async Task<(long Size, string Hash)> WriteAsync(
        string file, Stream content, bool isKept, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            await using var output = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
            var size = 0L;
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                size += read;
            }
            if (isKept)
            {
                output.Flush(flushToDisk: true);
            }
            return (size, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
