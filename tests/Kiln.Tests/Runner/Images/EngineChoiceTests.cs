using Kiln.Runner.Steps.Images;

namespace Kiln.Tests.Runner.Images;

public sealed class EngineChoiceTests
{
    private static readonly ImageEngines All = new("27.0", HasBuildx: true, HasBuildkitd: true, HasBuildah: true);
    private static readonly ImageEngines OnlyBuildah = new("", HasBuildx: false, HasBuildkitd: false, HasBuildah: true);

    [Fact]
    public void The_build_s_wish_for_BuildKit_decides_the_order()
    {
        Assert.Equal(ImageEngine.Buildx, Chosen(All, wantsBuildKit: true).Engine);
        Assert.Equal(ImageEngine.Docker, Chosen(All, wantsBuildKit: false).Engine);
        Assert.Equal(ImageEngine.Buildctl, Chosen(All with { Docker = "" }, wantsBuildKit: true).Engine);
    }

    [Fact]
    public void A_docker_that_needs_buildx_for_BuildKit_and_has_none_comes_last_and_builds_without()
    {
        var newer = new ImageEngines("28.0", HasBuildx: false, HasBuildkitd: false, HasBuildah: false, NeedsBuildx: true);

        Assert.Equal(
            new EngineChoice.Chosen(
                ImageEngine.Docker,
                "without BuildKit, since docker has no buildx, buildctl reaches no buildkitd, docker itself needs buildx for BuildKit, buildah is not there",
                UsesBuildKit: false),
            Chosen(newer, wantsBuildKit: true));
        Assert.Equal(ImageEngine.Buildah, Chosen(newer with { HasBuildah = true }, wantsBuildKit: true).Engine);
        Assert.Equal((ImageEngine.Docker, true), (Chosen(newer with { NeedsBuildx = false }, true).Engine, Chosen(newer with { NeedsBuildx = false }, true).UsesBuildKit));
    }

    [Fact]
    public void What_was_passed_over_is_said()
    {
        var chosen = Chosen(OnlyBuildah, wantsBuildKit: true);

        Assert.Equal(ImageEngine.Buildah, chosen.Engine);
        Assert.Equal("docker has no buildx, buildctl reaches no buildkitd, no docker daemon answers", chosen.Why);
    }

    [Fact]
    public void A_host_without_any_names_them_all()
    {
        var none = Assert.IsType<EngineChoice.None>(EngineChoice.Of(OnlyBuildah with { HasBuildah = false }, "", true, 1));

        Assert.StartsWith("Nothing here can build an image: docker has no buildx,", none.Message);
        Assert.Contains("buildah is not there", none.Message);
    }

    [Fact]
    public void Several_platforms_need_an_engine_that_can() =>
        Assert.Contains("several platforms", Assert.IsType<EngineChoice.None>(EngineChoice.Of(OnlyBuildah, "", true, 2)).Message);

    [Theory]
    [InlineData("buildah", ImageEngine.Buildah)]
    [InlineData("Docker", ImageEngine.Docker)]
    internal void The_operator_s_wish_wins(string wanted, ImageEngine engine) =>
        Assert.Equal(engine, Assert.IsType<EngineChoice.Chosen>(EngineChoice.Of(All, wanted, true, 1)).Engine);

    [Theory]
    [InlineData("podman", "must be buildx, docker, buildctl or buildah")]
    [InlineData("docker", "no docker daemon answers")]
    public void A_wish_that_cannot_be_met_is_named(string wanted, string words) =>
        Assert.Contains(words, Assert.IsType<EngineChoice.None>(EngineChoice.Of(OnlyBuildah, wanted, true, 1)).Message);

    private static EngineChoice.Chosen Chosen(ImageEngines host, bool wantsBuildKit) =>
        Assert.IsType<EngineChoice.Chosen>(EngineChoice.Of(host, "", wantsBuildKit, 1));
}
