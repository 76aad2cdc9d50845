using Kiln.Buckets;

namespace Kiln.Tests.Buckets;

public sealed class BucketAddressTests
{
    [Theory]
    [InlineData("s3.example.com:9000", false, "https://s3.example.com:9000/builds/a%20b/c")]
    [InlineData("s3.example.com", true, "http://s3.example.com/builds/a%20b/c")]
    [InlineData("http://10.0.0.1:9000", false, "http://10.0.0.1:9000/builds/a%20b/c")]
    [InlineData("s3.eu-central-1.amazonaws.com", false, "https://builds.s3.eu-central-1.amazonaws.com/a%20b/c")]
    [InlineData("oss-cn-hangzhou.aliyuncs.com", false, "https://builds.oss-cn-hangzhou.aliyuncs.com/a%20b/c")]
    public void An_object_has_the_address_that_its_service_wants(string endpoint, bool isInsecure, string url) =>
        Assert.Equal(url, new BucketAddress(endpoint, "builds", "", "key", "secret", isInsecure).UrlOf("a b/c"));

    [Fact]
    public void Its_text_holds_no_secret() =>
        Assert.DoesNotContain("secret", new BucketAddress("s3.example.com", "builds", "", "key", "secret", false).ToString());

    [Theory]
    [InlineData(16L << 20, true)]
    [InlineData((16L << 20) + 1, false)]
    public void Small_objects_go_whole(long size, bool isWhole) => Assert.Equal(isWhole, PartSize.IsWhole(size));

    [Fact]
    public void Even_the_largest_object_has_no_more_parts_than_services_take()
    {
        foreach (var size in (long[])[17L << 20, 1L << 30, 200L << 30, 5L << 40])
        {
            Assert.InRange((size / PartSize.Of(size)) + 1, 1, 10_000);
        }
    }
}
