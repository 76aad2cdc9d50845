using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Runner;

/// <summary>A host that has shells and nothing else: steps name what they lack.</summary>
public sealed class ToolMissingTests : IDisposable
{
    private readonly TempDirectory _tools = new();
    private readonly RunnerHost _host;

    public ToolMissingTests()
    {
        foreach (var name in (string[])["sh", "bash", "cat", "mkdir"])
        {
            File.CreateSymbolicLink(Path.Combine(_tools.Path, name), $"/bin/{name}");
        }
        _host = new RunnerHost(path: _tools.Path);
    }

    public void Dispose()
    {
        _host.Dispose();
        _tools.Dispose();
    }

    [Fact]
    public async Task A_host_without_git_says_so()
    {
        using var repo = new TestRepo("shop");
        var main = repo.Commit("main", "a.txt", "a", "A");

        var end = await (await _host.RunAsync(
            Of(new PlannedStep.Checkout(), Shell("true")).With(plan => plan with { Repos = [Repo(repo, main)] }))).Ended;

        Assert.Equal((RunStatus.Failed, RunReason.ToolMissing), (end.Status, end.Reason));
        Assert.StartsWith("git cannot be started on test-host", end.Message);
    }

    [Fact]
    public async Task A_host_without_any_engine_names_them_all()
    {
        var image = new PlannedImage
        {
            Dockerfile = "Dockerfile",
            DockerfileText = null,
            Context = "",
            Arguments = "",
            WantsBuildKit = true,
            Platforms = "",
            UsesProxy = false,
            Tags = [],
            IsInsecure = false,
            Secrets = [],
        };

        var end = await (await _host.RunAsync(Of(Shell("echo FROM scratch > Dockerfile"), new PlannedStep.Image(image))
            .With(plan => plan with { Variables = [new("IMAGE", "registry.example.com/team/app:1")] }))).Ended;

        Assert.Equal((RunStatus.Failed, RunReason.ToolMissing), (end.Status, end.Reason));
        Assert.StartsWith("Nothing here can build an image: docker has no buildx, buildctl reaches no buildkitd", end.Message);
    }

    [Fact]
    public async Task A_host_without_tar_goes_on_without_its_cache()
    {
        var cache = new PlannedCache { Scope = "demo/hello", Directory = "deps", Key = "", RestoreKeys = [] };

        var run = await _host.RunAsync(Of(Shell("mkdir deps"), new PlannedStep.CacheSave(cache)));

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Contains("cache: could not be kept", run.LogOf("cache_save"));
    }
}
