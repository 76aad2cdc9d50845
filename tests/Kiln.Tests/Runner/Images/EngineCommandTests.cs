using Kiln.Runner.Steps.Images;

namespace Kiln.Tests.Runner.Images;

public sealed class EngineCommandTests
{
    private static readonly ImageOrder Order = new()
    {
        References = ["r:5000/team/app:1", "r:5000/team/app:latest"],
        Dockerfile = "/w/Dockerfile",
        Context = "/w",
        Options = ["--build-arg", "A=b c", "--target=last"],
        Proxies = new Dictionary<string, string> { ["http_proxy"] = "http://p:3128" },
        Platforms = "linux/amd64,linux/arm64",
        WantsBuildKit = true,
        IsInsecure = true,
        CacheReference = "r:5000/team/cache:main",
        Secrets = ["TOKEN"],
        MetadataFile = "/t/m",
    };

    [Theory]
    [InlineData(
        "Buildx",
        "docker buildx build --progress=plain --push --metadata-file /t/m --platform linux/amd64,linux/arm64 --secret id=TOKEN,env=TOKEN "
            + "--cache-from type=registry,ref=r:5000/team/cache:main --cache-to type=inline -t r:5000/team/cache:main "
            + "--build-arg http_proxy --build-arg A=b_c --target=last -t r:5000/team/app:1 -t r:5000/team/app:latest -f /w/Dockerfile /w")]
    [InlineData(
        "Docker",
        "docker build --rm=true --platform linux/amd64,linux/arm64 --progress=plain --secret id=TOKEN,env=TOKEN "
            + "--cache-from r:5000/team/cache:main --build-arg BUILDKIT_INLINE_CACHE=1 -t r:5000/team/cache:main "
            + "--build-arg http_proxy --build-arg A=b_c --target=last -t r:5000/team/app:1 -t r:5000/team/app:latest -f /w/Dockerfile /w")]
    [InlineData(
        "Buildctl",
        "buildctl build --progress=plain --frontend dockerfile.v0 --local context=/w --local dockerfile=/w --opt filename=Dockerfile "
            + "--opt platform=linux/amd64,linux/arm64 --secret id=TOKEN,env=TOKEN --import-cache type=registry,ref=r:5000/team/cache:main "
            + "--export-cache type=registry,ref=r:5000/team/cache:main,mode=max --opt build-arg:http_proxy=http://p:3128 --opt build-arg:A=b_c --opt target=last "
            + "--output type=image,\"name=r:5000/team/app:1,r:5000/team/app:latest\",push=true,registry.insecure=true --metadata-file /t/m")]
    [InlineData(
        "Buildah",
        "buildah bud --format docker --layers --http-proxy=true --platform linux/amd64,linux/arm64 --secret id=TOKEN,env=TOKEN --cache-from r:5000/team/cache "
            + "--cache-to r:5000/team/cache --tls-verify=false --build-arg A=b_c --target=last -t r:5000/team/app:1 -t r:5000/team/app:latest "
            + "-f /w/Dockerfile /w")]
    public void Each_engine_is_told_the_same_in_its_own_words(string engine, string command) =>
        Assert.Equal(command, string.Join(' ', EngineCommand.Build(Enum.Parse<ImageEngine>(engine), Order).Select(word => word.Replace(' ', '_'))));

    [Fact]
    public void A_build_gets_the_host_s_proxy_only_where_it_asks_for_it()
    {
        var order = Order with { Proxies = new Dictionary<string, string>() };

        Assert.Contains("--http-proxy=false", EngineCommand.Build(ImageEngine.Buildah, order));
        Assert.DoesNotContain("http_proxy", EngineCommand.Build(ImageEngine.Buildx, order));
    }

    [Theory]
    [InlineData("""{"size":528,"layers":["sha256:a","sha256:b"]}""", 528, 2)]
    [InlineData("""{"config":{"size":400},"layers":[{"size":128,"digest":"sha256:a"}]}""", 528, 1)]
    [InlineData("""{"layers":[{"digest":"sha256:a"}],"config":{}}""", 0, 0)]
    [InlineData("12", 0, 0)]
    [InlineData("nothing", 0, 0)]
    public void What_engines_tell_of_an_image_is_read_and_anything_else_is_nothing(string described, long size, int layers)
    {
        var content = PushedImage.ContentOf(described);

        Assert.Equal((size, layers), (content.Size, content.Layers.Count));
    }
}
