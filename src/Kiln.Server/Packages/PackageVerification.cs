using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Kiln.Contracts.Catalogue;

namespace Kiln.Server.Packages;

/// <summary>Fetches files of packages, through the machine's proxy, to see whether they are there and what they are.</summary>
public sealed class PackageVerification(HttpClient http)
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Checks packages, a few at a time.</summary>
    /// <param name="packages">Which.</param>
    /// <param name="readsAll">True: each file is read to its end and hashed; false: its first byte is asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PackageChecks> CheckAsync(
        IReadOnlyList<Package> packages, bool readsAll, CancellationToken cancellationToken)
    {
        var checks = new PackageCheck[packages.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, checks.Length, options, async (i, token) =>
            checks[i] = await CheckAsync(packages[i], readsAll, token));
        return new PackageChecks(checks.Count(static check => check.Status is "ok" or "no_download"), checks);
    }

    private async Task<PackageCheck> CheckAsync(Package package, bool readsAll, CancellationToken cancellationToken)
    {
        if (package.DownloadPath.Length == 0)
        {
            return Check(package, "no_download");
        }
        // The server's silence, not the file's size, is what may take too long.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, package.DownloadPath);
            if (!readsAll)
            {
                request.Headers.Range = new RangeHeaderValue(0, 0);
            }
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (!response.IsSuccessStatusCode)
            {
                return response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone
                    ? Check(package, "missing", message: "There is no such file any more; look for its new address.")
                    : Check(package, "refused", message: $"The site answers HTTP {(int)response.StatusCode}.");
            }
            var size = response.Content.Headers.ContentRange?.Length ?? response.Content.Headers.ContentLength ?? 0;
            return readsAll
                ? await HashAsync(package, response, patience, cancellationToken)
                : Check(package, "ok", size);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Check(package, "unreachable", message: $"Nothing came for {Patience.TotalSeconds:0} seconds.");
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException)
        {
            return Check(package, "unreachable", message: $"It cannot be fetched: {trouble.Message}");
        }
    }

    private static async Task<PackageCheck> HashAsync(
        Package package, HttpResponseMessage response, CancellationTokenSource patience, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[128 * 1024];
        var size = 0L;
        int read;
        while ((read = await content.ReadAsync(buffer, patience.Token)) > 0)
        {
            patience.CancelAfter(Patience);
            hash.AppendData(buffer, 0, read);
            size += read;
        }
        var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        return package.Sha256 == sha256 ? Check(package, "ok", size, sha256)
            : package.Sha256.Length == 0
                ? Check(package, "ok", size, sha256, "The catalogue has no sha256 for it: compare this one with what its makers publish, and enter it.")
            : Check(package, "checksum", size, sha256, $"The catalogue says {package.Sha256}: the file was exchanged, or broke on its way.");
    }

    private static PackageCheck Check(Package package, string status, long size = 0, string sha256 = "", string message = "") =>
        new(package.Name, package.Version, status, package.DownloadPath, size, sha256, message);
}
