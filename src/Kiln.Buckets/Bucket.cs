using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Kiln.Buckets;

/// <summary>
/// A bucket of an S3-compatible service. Each request carries the SHA-256 of its body, which the service checks; broken
/// ones are repeated with growing pauses. What fails nevertheless is a <see cref="BucketException"/>. Safe for concurrent use.
/// </summary>
public sealed class Bucket : IDisposable
{
    private const string HashName = "sha256";
    private const int Retries = 4;
    private const int PartsAtOnce = 3;

    private readonly BucketAddress _address;
    private readonly AmazonS3Client _client;

    public Bucket(BucketAddress address)
    {
        _address = address;
        _client = new AmazonS3Client(new BasicAWSCredentials(address.AccessKey, address.SecretKey), new AmazonS3Config
        {
            ServiceURL = address.Service.ToString(),
            AuthenticationRegion = address.Region.Length > 0 ? address.Region : "us-east-1",
            ForcePathStyle = address.IsPathStyle,
            MaxErrorRetry = Retries,
            Timeout = TimeSpan.FromMinutes(10),
            // Other services do not know the newer checksums; the hash in the signature is what all of them check.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }

    public BucketAddress Address => _address;

    /// <summary>Puts an object, in the place of one with the same key: whole, or not at all. Large ones go in parts.</summary>
    public Task PutAsync(string key, BucketContent content, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            if (PartSize.IsWhole(content.Size))
            {
                await using var body = content.Open(0, content.Size);
                var put = new PutObjectRequest
                {
                    BucketName = _address.Bucket,
                    Key = key,
                    InputStream = body,
                    AutoCloseStream = false,
                    UseChunkEncoding = false,
                    DisablePayloadSigning = false,
                };
                put.Metadata[HashName] = content.Sha256;
                await _client.PutObjectAsync(put, cancellationToken);
                return true;
            }
            await PutPartsAsync(key, content, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>An object; <c>null</c> = it is not there.</summary>
    public Task<BucketObject?> FindAsync(string key, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            try
            {
                var found = await _client.GetObjectMetadataAsync(_address.Bucket, key, cancellationToken);
                return new BucketObject(
                    key, found.ContentLength, found.Metadata[HashName] ?? "", found.LastModified ?? DateTimeOffset.MinValue);
            }
            catch (AmazonS3Exception absent) when (absent.StatusCode == HttpStatusCode.NotFound && absent.ErrorCode != "NoSuchBucket")
            {
                return null;
            }
        },
        cancellationToken);

    /// <summary>An object's content as a stream that can seek, read over the network as it is needed.</summary>
    public Stream Read(BucketObject found) => new BucketStream(found.Size, (from, token) => OpenAsync(found.Key, from, token));

    /// <summary>Objects whose key begins with <paramref name="prefix"/>, in the order of their keys.</summary>
    public async IAsyncEnumerable<BucketObject> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var from = next;
            var page = await GuardAsync(
                () => _client.ListObjectsV2Async(
                    new ListObjectsV2Request { BucketName = _address.Bucket, Prefix = prefix, ContinuationToken = from }, cancellationToken),
                cancellationToken);
            foreach (var item in page.S3Objects ?? [])
            {
                yield return new BucketObject(item.Key, item.Size ?? 0, "", item.LastModified ?? DateTimeOffset.MinValue);
            }
            next = page.IsTruncated is true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    /// <summary>Removes an object; one that is not there is no error.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        GuardAsync(() => _client.DeleteObjectAsync(_address.Bucket, key, cancellationToken), cancellationToken);

    public void Dispose() => _client.Dispose();

    private async Task PutPartsAsync(string key, BucketContent content, CancellationToken cancellationToken)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = _address.Bucket, Key = key };
        begin.Metadata[HashName] = content.Sha256;
        var upload = (await _client.InitiateMultipartUploadAsync(begin, cancellationToken)).UploadId;
        try
        {
            var size = PartSize.Of(content.Size);
            var tags = new PartETag[(int)((content.Size + size - 1) / size)];
            var options = new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, tags.Length, options, async (index, token) =>
            {
                var offset = index * size;
                await using var body = content.Open(offset, Math.Min(size, content.Size - offset));
                var sent = await _client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = _address.Bucket,
                        Key = key,
                        UploadId = upload,
                        PartNumber = index + 1,
                        PartSize = body.Length,
                        InputStream = body,
                        UseChunkEncoding = false,
                        DisablePayloadSigning = false,
                    },
                    token);
                tags[index] = new PartETag(index + 1, sent.ETag);
            });
            await _client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = _address.Bucket, Key = key, UploadId = upload, PartETags = [.. tags],
                },
                cancellationToken);
        }
        catch
        {
            await AbandonAsync(key, upload);
            throw;
        }
    }

    // Parts that nobody completes are kept and paid for.
    private async Task AbandonAsync(string key, string upload)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _client.AbortMultipartUploadAsync(_address.Bucket, key, upload, patience.Token);
        }
        catch (Exception trouble) when (trouble is AmazonServiceException or AmazonClientException or HttpRequestException
            or OperationCanceledException)
        {
            // What failed before is told; the service's own rules clean up.
        }
    }

    private Task<Stream> OpenAsync(string key, long from, CancellationToken cancellationToken) => GuardAsync(
        async () => (await _client.GetObjectAsync(
            new GetObjectRequest { BucketName = _address.Bucket, Key = key, ByteRange = new ByteRange(from, long.MaxValue) },
            cancellationToken)).ResponseStream,
        cancellationToken);

    private async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception trouble) when (!cancellationToken.IsCancellationRequested
            && trouble is AmazonServiceException or AmazonClientException or HttpRequestException or IOException
                or OperationCanceledException)
        {
            throw BucketException.Of(_address, trouble);
        }
    }
}
