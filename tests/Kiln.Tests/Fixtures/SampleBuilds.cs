using Kiln.Contracts.Builds;

namespace Kiln.Tests.Fixtures;

/// <summary>Definitions for tests of pure parts; they fit <see cref="Catalogues.Document"/>.</summary>
public static class SampleBuilds
{
    public static RepoInfo Repo => new()
    {
        CodehostName = "gitlab",
        RepoNamespace = "kr-test-org1",
        RepoName = "multi-service-demo",
        Branch = "main",
        Tag = "",
        EnableCommit = false,
        CommitId = "",
        Prs = [],
        MergeBranches = [],
        RemoteName = "origin",
        CheckoutPath = "",
        Submodules = false,
    };

    public static DockerBuildStep DockerStep => new()
    {
        DockerfileSource = "local",
        BuildContextDir = "$WORKSPACE",
        DockerfileDirectory = "Dockerfile",
        BuildArgs = "",
        TemplateName = "",
        EnableBuildkit = false,
        Platforms = "",
        EnableProxy = false,
        Tags = [],
    };

    public static PlainBuildSpec Plain => new()
    {
        Name = "hello",
        ProjectKey = "yaml",
        Services = [new ServiceWithModule("service1", "module1")],
        Infrastructure = "vm",
        BuildOs = "ubuntu 20.04",
        Installs = [],
        ScriptType = "shell",
        BuildScript = "echo hello",
        RepoInfo = [Repo],
        Parameters = [],
        AdvancedSettings = Catalogues.Settings with { Outputs = ["bb"] },
        Description = "",
        VmLabels = [],
        PostBuild = new PostBuildSettings { Scripts = "echo after", FileArchive = new FileArchive("out") },
        Reports = new ReportSettings([]),
    };

    public static BuildDefinition FromTemplate => new BuildDefinition.FromTemplate(new TemplatedBuildSpec
    {
        Name = "demo-build",
        ProjectKey = "demo",
        TemplateName = "demo-template",
        TargetServices =
        [
            new TemplateTarget
            {
                ServiceName = "zadigx",
                ServiceModule = "aslan",
                RepoInfo = [Repo with { CodehostName = "github-demo" }],
                Inputs = [new BuildInput("name", "admin"), new BuildInput("password", "zadigx", IsCredential: true)],
            },
        ],
        Description = "",
    });
}
