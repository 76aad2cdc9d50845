using Kiln.Buckets;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions.Trials;
using Kiln.Server.Http;

namespace Kiln.Server.ObjectStorages;

/// <summary>Tries an object storage: looks into its bucket, the way that uploads take.</summary>
internal sealed class ObjectStorageTrial : ITrial<ObjectStorage>
{
    public IReadOnlyList<ApiParameter> Parameters => [];

    public async Task<Finding> TryAsync(ObjectStorage value, IReadOnlyDictionary<string, string> given, CancellationToken cancellationToken)
    {
        using var bucket = new Bucket(new BucketAddress(
            value.Endpoint, value.Bucket, value.Region, value.Ak, value.Sk, value.Insecure));
        try
        {
            await using var objects = bucket.ListAsync(value.Subfolder, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await objects.MoveNextAsync();
            return Finding.Works($"The {bucket.Address} is there and takes the key.");
        }
        catch (BucketException found)
        {
            return new(Problem(found), found.Message);
        }
    }

    private static string Problem(BucketException found) => found.Trouble switch
    {
        BucketTrouble.Refused => Finding.Auth,
        BucketTrouble.Untrusted => Finding.Tls,
        BucketTrouble.NoBucket => Finding.NotFound,
        _ => Error(found) switch
        {
            HttpRequestError.NameResolutionError => Finding.Dns,
            HttpRequestError.ConnectionError => Finding.Refused,
            _ => Finding.Protocol,
        },
    };

    private static HttpRequestError? Error(Exception? cause) =>
        cause is null ? null : (cause as HttpRequestException)?.HttpRequestError ?? Error(cause.InnerException);
}
