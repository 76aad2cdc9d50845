using System.Security.Cryptography;
using Kiln.Buckets;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Buckets;

/// <summary>Buckets of a real S3 server.</summary>
public sealed class BucketTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private S3Server _server = null!;
    private Bucket _bucket = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await S3Server.StartAsync(_directory.Path);
        _bucket = Open();
    }

    public async ValueTask DisposeAsync()
    {
        _bucket.Dispose();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData((16 << 20) + 1)]
    [InlineData(40 << 20)]
    public async Task What_is_put_is_read_again_with_its_size_and_hash(int size)
    {
        var content = RandomNumberGenerator.GetBytes(size);

        await _bucket.PutAsync("a/b c/文.bin", Content(content), Token);

        var found = (await _bucket.FindAsync("a/b c/文.bin", Token))!;
        Assert.Equal((size, Hash(content)), (found.Size, found.Sha256));
        Assert.Equal(content, await ReadAsync(_bucket.Read(found)));
    }

    [Fact]
    public async Task A_stream_begins_where_it_is_told_to()
    {
        var content = RandomNumberGenerator.GetBytes(1000);
        await _bucket.PutAsync("a", Content(content), Token);

        await using var stream = _bucket.Read((await _bucket.FindAsync("a", Token))!);
        stream.Seek(900, SeekOrigin.Begin);

        Assert.Equal(content[900..], await ReadAsync(stream));
    }

    [Fact]
    public async Task Objects_are_listed_by_prefix_and_can_go()
    {
        foreach (var key in (string[])["x/1", "x/2", "y/1"])
        {
            await _bucket.PutAsync(key, Content([1, 2, 3]), Token);
        }
        await _bucket.DeleteAsync("x/2", Token);
        await _bucket.DeleteAsync("never/there", Token);

        var keys = new List<string>();
        await foreach (var found in _bucket.ListAsync("x/", Token))
        {
            keys.Add(found.Key);
        }

        Assert.Equal(["x/1"], keys);
        Assert.Null(await _bucket.FindAsync("x/2", Token));
    }

    [Fact]
    public async Task What_is_wrong_is_told_apart()
    {
        using var wrongKey = Open(address => address with { AccessKey = "wrong" });
        using var noBucket = Open(address => address with { Bucket = "nowhere" });
        using var away = Open(address => address with { Endpoint = "http://127.0.0.1:9" });

        Assert.Equal(BucketTrouble.Refused, await TroubleAsync(wrongKey));
        Assert.Equal(BucketTrouble.NoBucket, await TroubleAsync(noBucket));
        Assert.Equal(BucketTrouble.Unreachable, await TroubleAsync(away));
    }

    [Fact]
    public async Task Connections_that_break_in_the_middle_are_made_again_and_everything_arrives_whole()
    {
        await using var relay = new BreakingRelay(new Uri(_server.Endpoint).Port, 9 << 20, 3 << 20);
        using var bucket = Open(address => address with { Endpoint = $"http://127.0.0.1:{relay.Port}" });
        var content = RandomNumberGenerator.GetBytes(40 << 20);

        await bucket.PutAsync("big", Content(content), Token);

        Assert.Equal(2, relay.Broken);
        var found = (await _bucket.FindAsync("big", Token))!;
        Assert.Equal(Hash(content), found.Sha256);
        Assert.Equal(content, await ReadAsync(_bucket.Read(found)));

        await using var back = new BreakingRelay(new Uri(_server.Endpoint).Port, 30 << 20, 1 << 20);
        using var reader = Open(address => address with { Endpoint = $"http://127.0.0.1:{back.Port}" });
        Assert.Equal(content, await ReadAsync(reader.Read(found)));
        Assert.Equal(2, back.Broken);
    }

    private Bucket Open(Func<BucketAddress, BucketAddress>? change = null)
    {
        var address = new BucketAddress(
            _server.Endpoint, S3Server.Bucket, "", S3Server.AccessKey, S3Server.SecretKey, IsInsecure: true);
        return new Bucket(change?.Invoke(address) ?? address);
    }

    private static BucketContent Content(byte[] bytes) =>
        new(bytes.Length, Hash(bytes), (offset, length) => new MemoryStream(bytes, (int)offset, (int)length, writable: false));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Token);
        return copy.ToArray();
    }

    private static async Task<BucketTrouble> TroubleAsync(Bucket bucket) =>
        (await Assert.ThrowsAsync<BucketException>(() => bucket.PutAsync("a", Content([1]), Token))).Trouble;
}
