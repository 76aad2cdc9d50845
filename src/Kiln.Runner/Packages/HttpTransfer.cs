using System.Net;
using System.Net.Http.Headers;
using Kiln.Runner.Courier;

namespace Kiln.Runner.Packages;

/// <summary>How one request for a file ended. A closed family.</summary>
internal abstract record Transfer
{
    private Transfer() { }

    /// <summary>The server says that this is all.</summary>
    /// <param name="Fetched">Bytes that came now.</param>
    /// <param name="IsContinued">True when some were there before.</param>
    public sealed record Complete(long Fetched, bool IsContinued) : Transfer;

    /// <summary>It broke off; what came is kept.</summary>
    public sealed record Broken(string Message, long Fetched) : Transfer;

    /// <summary>The server will not give it, now or later.</summary>
    /// <param name="Status">For people.</param>
    /// <param name="IsAboutWho">It would give it to somebody else.</param>
    public sealed record Refused(string Status, bool IsAboutWho) : Transfer;
}

/// <summary>Fetches a file, going on behind the bytes that are there.</summary>
internal sealed class HttpTransfer(HttpClient http, TimeProvider clock)
{
    private const int BlockSize = 128 * 1024;

    /// <summary>A server that sends nothing for so long has gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<Transfer> ContinueAsync(Uri url, string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
        var before = file.Length;
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (before > 0)
        {
            request.Headers.Range = new RangeHeaderValue(before, null);
        }
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                // Either all of it is here already or it is not what the server has; the checksum tells.
                return new Transfer.Complete(0, IsContinued: true);
            }
            if (!response.IsSuccessStatusCode)
            {
                var status = $"HTTP {(int)response.StatusCode}";
                return IsPassing(response.StatusCode) ? new Transfer.Broken(status, 0) : new Transfer.Refused(
                    status, response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired);
            }
            var continues = response.StatusCode == HttpStatusCode.PartialContent
                && response.Content.Headers.ContentRange?.From == before;
            if (!continues)
            {
                file.SetLength(0);
            }
            file.Seek(0, SeekOrigin.End);
            return await CopyAsync(response, file, continues, patience, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new Transfer.Broken($"nothing came for {Patience.TotalSeconds:0} s", Math.Max(0, file.Length - before));
        }
        catch (Exception trouble) when (NetworkTrouble.Is(trouble, cancellationToken) && !IsOfDisk(trouble))
        {
            return new Transfer.Broken(NetworkTrouble.Words(trouble), Math.Max(0, file.Length - before));
        }
    }

    private static async Task<Transfer> CopyAsync(
        HttpResponseMessage response,
        FileStream file,
        bool continues,
        CancellationTokenSource patience,
        CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var block = new byte[BlockSize];
        var fetched = 0L;
        while (await body.ReadAsync(block, cancellationToken) is var read and > 0)
        {
            await file.WriteAsync(block.AsMemory(0, read), cancellationToken);
            fetched += read;
            patience.CancelAfter(Patience);
        }
        return new Transfer.Complete(fetched, continues);
    }

    private static bool IsPassing(HttpStatusCode status) =>
        (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    private static bool IsOfDisk(Exception trouble) => trouble is IOException io && DiskTrouble.IsFull(io);
}
