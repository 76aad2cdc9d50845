using System.Buffers;
using System.Security.Cryptography;
using Kiln.Contracts.Runs;
using Kiln.Server.Logs;
using Kiln.Server.Settings;

namespace Kiln.Server.Artifacts;

/// <summary>Contents of artifacts in the data directory. A content is there whole or not at all, and durable when it is there.</summary>
public sealed class ArtifactStore(DataDirectory data)
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
    public async Task<RunArtifact?> StoreAsync(
        LogKey attempt, string path, string kind, string? sha256, Stream content, CancellationToken cancellationToken)
    {
        var target = FileOf(attempt, path);
        DataDirectory.Ensure(Path.GetDirectoryName(target)!);
        // Aside in a directory of its own: no artifact's path can meet it.
        var aside = Path.Combine(DataDirectory.Ensure(Path.Combine(data.Artifacts, "incoming")), Path.GetRandomFileName());
        try
        {
            var (size, hash) = await WriteAsync(aside, content, cancellationToken);
            if (sha256 is not null && !string.Equals(sha256, hash, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
            File.Move(aside, target, overwrite: true);
            return new RunArtifact(path, kind, size, hash);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>Where a content lies on disk; it is there once its artifact is part of a run.</summary>
    public string FileOf(LogKey attempt, string path) => Path.Combine(DirectoryOf(attempt), path);

    /// <summary>Where the contents of an attempt lie; not there while it has none.</summary>
    public string DirectoryOf(LogKey attempt) => Path.Combine(
        data.Artifacts, $"{attempt.RunId / 1000:D6}", $"{attempt.RunId}-{attempt.Attempt}");

    private static async Task<(long Size, string Hash)> WriteAsync(
        string file, Stream content, CancellationToken cancellationToken)
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
            output.Flush(flushToDisk: true);
            return (size, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
