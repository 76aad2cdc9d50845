using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Runner;

public sealed class InstallTests : IDisposable
{
    private static readonly byte[] Content = [.. "content of the tool".Select(letter => (byte)letter)];

    private readonly RunnerHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_script_finds_programs_and_variables_of_its_packages()
    {
        await using var site = new FakePackageSite(Content);
        var package = Package(site) with
        {
            Script = """
                mkdir -p $HOME/bin
                printf '#!/bin/sh\necho tool 1.0 with %s\n' "$(cat ${FILEPATH})" > $HOME/bin/tool
                chmod +x $HOME/bin/tool
                basename ${FILEPATH} > $HOME/name
                rm ${FILEPATH}
                """,
            Environment = ["TOOL_HOME=$HOME"],
        };

        var run = await RunAsync("tool; cat $TOOL_HOME/name; [ $HOME != $TOOL_HOME ] && echo own home", package);

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Equal("tool 1.0 with content of the tool\ntool-1.0.tar.gz\nown home\n", run.LogOf("script"));
    }

    [Fact]
    public async Task What_is_installed_is_neither_fetched_nor_installed_again()
    {
        await using var site = new FakePackageSite(Content);

        await RunAsync("true", Package(site));
        var second = await RunAsync("echo $TOOL_HOME", Package(site));

        Assert.Single(site.Requests);
        Assert.Contains("tool 1.0 is installed on test-host", second.LogOf("installs"));
        Assert.DoesNotContain("installing", second.Log);
    }

    [Fact]
    public async Task Runs_that_want_the_same_package_at_once_install_it_once()
    {
        await using var site = new FakePackageSite(Content);

        var runs = await Task.WhenAll(Enumerable.Range(1, 4).Select(id => _host.RunBesideAsync(
            Spec("test -e $TOOL_HOME/done", Package(site)) with { RunId = id })));

        Assert.All(runs, run => Assert.Equal(RunStatus.Passed, run.Status));
        Assert.Single(site.Requests);
    }

    [Fact]
    public async Task Two_versions_live_side_by_side()
    {
        await using var site = new FakePackageSite(Content);
        await RunAsync("true", Package(site));

        var run = await RunAsync("echo $TOOL_HOME", Package(site) with { Version = "2.0" });

        Assert.Contains("/tool-2.0-", run.LogOf("script"));
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(_host.Store, "packages", "installed")).Length);
        Assert.Single(site.Requests);
    }

    [Fact]
    public async Task A_download_that_broke_off_goes_on_where_it_was()
    {
        await using var site = new FakePackageSite(Content);
        site.BreaksOffAfter = 7;

        var run = await RunAsync("true", Package(site));

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Equal(["", "bytes=7-"], site.Requests);
    }

    [Fact]
    public async Task What_an_agent_that_died_had_fetched_is_not_fetched_again()
    {
        await using var site = new FakePackageSite(Content);
        var files = Directory.CreateDirectory(Path.Combine(_host.Store, "packages", "files")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(files, $"{site.Sha256}.part"), Content[..5]);

        var run = await RunAsync("true", Package(site));

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Equal(["bytes=5-"], site.Requests);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        await using var site = new FakePackageSite(Content);
        site.Status = 404;

        await FailsAsync(
            Package(site), RunReason.PackageMissing, $"The file of tool 1.0 is not at {site.Url}: the server answered HTTP 404.");
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_file_that_wants_another_login_is_told_apart(int status)
    {
        await using var site = new FakePackageSite(Content);
        site.Status = status;

        await FailsAsync(
            Package(site), RunReason.PackageAuth,
            $"The file of tool 1.0 is not given to this host by {site.Url}: the server answered HTTP {status}. Check the login in download_path.");
    }

    [Fact]
    public async Task A_file_that_is_another_one_is_refused()
    {
        await using var site = new FakePackageSite(Content);

        await FailsAsync(
            Package(site) with { Sha256 = new string('0', 64) }, RunReason.PackageChecksum, $"has the SHA-256 {site.Sha256}");
    }

    [Fact]
    public Task A_site_that_cannot_be_reached_is_named() =>
        FailsAsync(
            Package() with { Url = "http://127.0.0.1:9/tool.tar.gz" },
            RunReason.PackageUnreachable,
            "The file of tool 1.0 cannot be fetched from http://127.0.0.1:9/tool.tar.gz after 6 attempts");

    [Fact]
    public async Task A_failed_installation_is_named_and_tried_anew_by_the_next_run()
    {
        await FailsAsync(
            Package() with { Script = "touch $HOME/half; exit 3" },
            RunReason.PackageFailed,
            "The installation script of tool 1.0 ended with exit code 3.");

        Assert.Empty(Directory.GetDirectories(Path.Combine(_host.Store, "packages", "installed")).SelectMany(Directory.GetDirectories));
    }

    [Fact]
    public Task A_full_disk_is_told_from_a_bad_script() =>
        FailsAsync(
            Package() with { Script = "echo x > /dev/full" },
            RunReason.DiskFull,
            "tool 1.0 cannot be installed: the disk of test-host is full.");

    private async Task FailsAsync(PlannedPackage package, string reason, string message)
    {
        var run = await RunAsync("true", package);
        var end = await run.Ended;

        Assert.Equal((RunStatus.Failed, reason), (end.Status, end.Reason));
        Assert.Contains(message, end.Message);
        Assert.Equal(StepStatus.Skipped, run.Events.OfType<RunEvent.StepEnded>().Single(step => step.Name == "script").Status);
    }

    private static PlannedPackage Package() => new()
    {
        Name = "tool",
        Version = "1.0",
        Script = "echo installing; touch $HOME/done",
        Environment = ["TOOL_HOME=$HOME"],
        BinPath = "$HOME/bin",
        Url = "",
        Sha256 = "",
    };

    private static PlannedPackage Package(FakePackageSite site) => Package() with { Url = site.Url, Sha256 = site.Sha256 };

    private static RunSpec Spec(string script, PlannedPackage package) =>
        Of(new PlannedStep.Installs([package]), Shell(script));

    private Task<FakeAttempt> RunAsync(string script, PlannedPackage package) => _host.RunAsync(Spec(script, package));
}
