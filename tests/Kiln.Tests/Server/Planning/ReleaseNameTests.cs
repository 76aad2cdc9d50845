using Kiln.Contracts.Builds;
using Kiln.Server.Planning;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Planning;

public sealed class ReleaseNameTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_first_repository_names_image_and_package()
    {
        Assert.Equal(new ReleaseName("svc1:20260101120000-12-main", "svc1-20260101120000-12-main.tar.gz"), Of(SampleBuilds.Repo));
        Assert.Equal("svc1:20260101120000-v1.0", Of(SampleBuilds.Repo with { Tag = "v1.0" }).Image);
        Assert.Equal("svc1:20260101120000-12-feature-x-pr-3-5", Of(SampleBuilds.Repo with { Branch = "feature/x", Prs = [3, 5] }).Image);
    }

    [Fact]
    public void Without_a_repository_time_alone_names_them() =>
        Assert.Equal("svc1:20260101120000", ReleaseName.Of("svc1", "b", [], 12, Now).Image);

    [Fact]
    public void Without_a_service_the_builds_name_is_made_fit()
    {
        Assert.Equal("my-app:20260101120000", ReleaseName.Of("", "My app.", [], 12, Now).Image);
        Assert.Equal("build:20260101120000", ReleaseName.Of("", "构建", [], 12, Now).Image);
    }

    [Fact]
    public void A_tag_is_no_longer_than_registries_take() =>
        Assert.Equal(128, Of(SampleBuilds.Repo with { Branch = new string('b', 300) }).Image["svc1:".Length..].Length);

    private static ReleaseName Of(RepoInfo repo) => ReleaseName.Of("svc1", "b", [repo], 12, Now);
}
