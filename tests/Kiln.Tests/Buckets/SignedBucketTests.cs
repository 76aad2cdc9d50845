using System.Security.Cryptography;
using Kiln.Buckets;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Buckets;

/// <summary>Buckets of a service that checks signatures and hashes.</summary>
public sealed class SignedBucketTests
{
    private const string NotThere = "swift-proxy, swift-account, swift-container and swift-object are not installed";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_the_right_secret_key_opens_it_and_parts_arrive_whole_over_a_way_that_breaks()
    {
        Assert.SkipUnless(SwiftServer.IsInstalled, NotThere);
        using var directory = new TempDirectory();
        await using var swift = await SwiftServer.StartAsync(directory.Path);
        await using var relay = new BreakingRelay(swift.Port, 9 << 20);
        var address = new BucketAddress(
            $"http://127.0.0.1:{relay.Port}", "builds", "", SwiftServer.AccessKey, SwiftServer.SecretKey, IsInsecure: true);
        await MakeAsync(address);
        using var bucket = new Bucket(address);
        using var stranger = new Bucket(address with { SecretKey = "wrong" });
        var content = RandomNumberGenerator.GetBytes(20 << 20);

        await bucket.PutAsync("a b/文", Content(content), Token);
        var refused = await Assert.ThrowsAsync<BucketException>(() => stranger.PutAsync("x", Content([1]), Token));

        Assert.Equal(1, relay.Broken);
        var found = (await bucket.FindAsync("a b/文", Token))!;
        using var copy = new MemoryStream();
        await using var stream = bucket.Read(found);
        await stream.CopyToAsync(copy, Token);
        Assert.Equal(content, copy.ToArray());
        Assert.EndsWith("refused the access key or the secret key.", refused.Message);
        Assert.Equal(BucketTrouble.Refused, refused.Trouble);
        Assert.Null(await bucket.FindAsync("x", Token));
    }

    [Theory]
    [InlineData(403, "SignatureDoesNotMatch", nameof(BucketTrouble.Refused), "refused the access key or the secret key.")]
    [InlineData(403, "AccessDenied", nameof(BucketTrouble.Refused), "does not allow this access key to do that.")]
    [InlineData(400, "BadDigest", nameof(BucketTrouble.Damaged), "received something else than was sent: checksums differ.")]
    [InlineData(400, "XAmzContentSHA256Mismatch", nameof(BucketTrouble.Damaged), "received something else than was sent: checksums differ.")]
    [InlineData(507, "InsufficientStorage", nameof(BucketTrouble.Full), "has no room left.")]
    [InlineData(403, "QuotaExceeded", nameof(BucketTrouble.Full), "has no room left.")]
    public async Task What_a_service_refuses_is_told_apart(int status, string code, string trouble, string message)
    {
        await using var site = new FixedSite(
            status, $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message><RequestId>1</RequestId></Error>");
        using var bucket = new Bucket(new BucketAddress(site.Address, "builds", "", "key", "secret", IsInsecure: true));

        var refused = await Assert.ThrowsAsync<BucketException>(() => bucket.PutAsync("a", Content([1]), Token));

        Assert.Equal(trouble, $"{refused.Trouble}");
        Assert.EndsWith(message, refused.Message);
    }

    private static async Task MakeAsync(BucketAddress address)
    {
        using var client = new Amazon.S3.AmazonS3Client(
            new Amazon.Runtime.BasicAWSCredentials(address.AccessKey, address.SecretKey),
            new Amazon.S3.AmazonS3Config { ServiceURL = address.Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await client.PutBucketAsync(address.Bucket, Token);
    }

    private static BucketContent Content(byte[] bytes) => new(
        bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)),
        (offset, length) => new MemoryStream(bytes, (int)offset, (int)length, writable: false));
}
