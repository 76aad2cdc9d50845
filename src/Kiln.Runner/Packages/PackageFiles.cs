using System.Security.Cryptography;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;

namespace Kiln.Runner.Packages;

/// <summary>
/// Downloaded files of a host, each under its SHA-256: fetched once however many runs want it, continued where an
/// earlier attempt broke off, and looked at again before each use, since a script can reach it.
/// </summary>
internal sealed class PackageFiles(string root, HttpClient http, TimeProvider clock)
{
    private const int Attempts = 6;

    private readonly KeyedLock _locks = new();

    /// <summary>The file behind an address.</summary>
    /// <param name="url">http or https.</param>
    /// <param name="sha256">Lower-case hexadecimal.</param>
    /// <param name="cancellationToken">Gives up; what has come stays for the next attempt.</param>
    public async Task<Download> GetAsync(Uri url, string sha256, CancellationToken cancellationToken)
    {
        using var turn = await _locks.EnterAsync(sha256, cancellationToken);
        var path = Path.Combine(root, sha256);
        try
        {
            Directory.CreateDirectory(root);
            if (File.Exists(path))
            {
                if (await HashAsync(path, cancellationToken) == sha256)
                {
                    return new Download.Ready(path, new FileInfo(path).Length, Fetched: 0);
                }
                File.Delete(path);
            }
            return await FetchAsync(url, path, sha256, cancellationToken);
        }
        catch (IOException full) when (DiskTrouble.IsFull(full))
        {
            return new Download.Failed(RunReason.DiskFull, "cannot be stored: the host's disk is full.");
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return new Download.Failed(RunReason.PackageFailed, $"cannot be stored on the host: {unwritable.Message}");
        }
    }

    private async Task<Download> FetchAsync(Uri url, string path, string sha256, CancellationToken cancellationToken)
    {
        var part = path + ".part";
        var backoff = new Backoff(clock);
        var fetched = 0L;
        var trouble = "";
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (attempt > 0)
            {
                await backoff.WaitAsync(cancellationToken);
            }
            switch (await new HttpTransfer(http, clock).ContinueAsync(url, part, cancellationToken))
            {
                case Transfer.Complete complete:
                    fetched += complete.Fetched;
                    var found = await HashAsync(part, cancellationToken);
                    if (found == sha256)
                    {
                        File.Move(part, path, overwrite: true);
                        return new Download.Ready(path, new FileInfo(path).Length, fetched);
                    }
                    File.Delete(part);
                    if (!complete.IsContinued)
                    {
                        return new Download.Failed(
                            RunReason.PackageChecksum,
                            $"has the SHA-256 {found}, and the catalogue says {sha256}: the file at {Shown(url)} is not "
                                + "the one that was meant. Check download_path and sha256 of the package.");
                    }
                    trouble = "the file changed while it was fetched in parts";
                    break;
                case Transfer.Refused { IsAboutWho: true } refused:
                    return new Download.Failed(
                        RunReason.PackageAuth,
                        $"is not given to this host by {Shown(url)}: the server answered {refused.Status}. Check the login in download_path.");
                case Transfer.Refused refused:
                    return new Download.Failed(
                        RunReason.PackageMissing, $"is not at {Shown(url)}: the server answered {refused.Status}.");
                case Transfer.Broken broken:
                    fetched += broken.Fetched;
                    trouble = broken.Message;
                    break;
            }
        }
        return new Download.Failed(
            RunReason.PackageUnreachable,
            $"cannot be fetched from {Shown(url)} after {Attempts} attempts: {trouble.TrimEnd('.')}.");
    }

    /// <summary>Without user and query, which may be secret.</summary>
    private static string Shown(Uri url) => $"{url.Scheme}://{url.Authority}{url.AbsolutePath}";

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }
}
