using Kiln.Contracts.Builds;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Planning;

namespace Kiln.Tests.Fixtures;

/// <summary>Catalogue snapshots for tests of pure parts.</summary>
public static class Catalogues
{
    /// <summary>Holds what the document's example requests name.</summary>
    public static Catalogue Document { get; } = new()
    {
        Projects = ["yaml", "demo"],
        CodeHosts = [CodeHost("gitlab", "gitlab"), CodeHost("github-demo", "github")],
        Modules = [new CatalogueModule("service3", "module3", "team/image3")],
        Images =
        [
            new("1", "ubuntu 18.04"), new("2", "ubuntu 20.04"), new("3", "ubuntu 22.04"), new("4", "ubuntu 24.04"),
        ],
        Packages =
        [
            new Package
            {
                Name = "go",
                Version = "1.20.7",
                Scripts = "tar -C $HOME -xzf ${FILEPATH}",
                Env = ["GOPROXY=https://goproxy.example.com"],
                BinPath = "$HOME/go/bin",
                DownloadPath = "https://go.example.com/go1.20.7.tar.gz",
                Sha256 = new string('a', 64),
                Enabled = true,
            },
        ],
        Clusters = [new CatalogueCluster("local-20250523164625", IsLocal: true, ["优先调度"], "优先调度")],
        BuildTemplates = [Template],
        Dockerfiles = [new CatalogueDockerfile("9", "plain", "FROM scratch\n")],
        Registries = [],
        Hosts = [new CatalogueHost("here", ["big", "ssd"], ["shell"])],
    };

    public static BuildTemplate Template => new()
    {
        Name = "demo-template",
        Infrastructure = "vm",
        BuildOs = "ubuntu 20.04",
        Installs = [],
        ScriptType = "shell",
        BuildScript = "echo $name",
        RepoInfo = [],
        Parameters = [Parameter("name", "nobody"), Parameter("password", "initial-secret") with { IsCredential = true }],
        AdvancedSettings = Settings,
        Description = "",
        VmLabels = [],
        PostBuild = new PostBuildSettings { Scripts = "" },
        Reports = new ReportSettings([]),
    };

    public static AdvancedSettings Settings => new()
    {
        ClusterName = "local-20250523164625",
        Timeout = 60,
        ResourceSpec = ResourceDefaults.Spec,
        UseHostDockerDaemon = false,
        CacheSetting = new CacheSetting { Enabled = false, CacheDir = "", CacheKey = "", RestoreKeys = [] },
        StrategyName = "优先调度",
        Storages = new StorageSetting(false, []),
        PrivilegedMode = false,
        CustomAnnotations = [],
        CustomLabels = [],
        Outputs = [],
    };

    public static BuildParameter Parameter(string key, string value) => new()
    {
        Key = key,
        Type = "string",
        IsCredential = false,
        Description = "",
        DefaultValue = value,
        ChoiceOption = [],
        ChoiceValue = [],
    };

    public static CatalogueCodeHost CodeHost(string name, string type) => new()
    {
        Name = name,
        Type = type,
        Address = $"https://{name}.example.com",
        Auth = CodeHostAuth.Password,
        Username = "",
        SealedSecret = $"sealed-token-of-{name}",
        KnownHosts = "",
        VerifyTls = true,
    };
}
