using System.Security.Cryptography;
using System.Text;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Runner;

/// <summary>Uploads of real runs to a real S3 server.</summary>
public sealed class UploadTests : IAsyncLifetime
{
    private readonly RunnerHost _host = new();
    private readonly TempDirectory _directory = new();
    private S3Server _server = null!;

    public async ValueTask InitializeAsync() => _server = await S3Server.StartAsync(_directory.Path);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task Files_directories_and_patterns_go_where_their_rules_say()
    {
        var run = await RunAsync(
            "mkdir -p out/sub logs; echo 1 > one.txt; echo 2 > out/two.txt; echo 3 > out/sub/three.txt; echo x > logs/a.log; echo y > logs/b.txt; VERSION=1.2",
            new PlannedUploadRule("one.txt", "/releases/$VERSION"),
            new PlannedUploadRule("$WORKSPACE/out", "tree"),
            new PlannedUploadRule("logs/*.log", "logs"));

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Equal(
            ["base/releases/1.2/one.txt", "base/tree/sub/three.txt", "base/tree/two.txt", "base/logs/a.log"],
            run.Events.OfType<RunEvent.ArtifactStored>().Select(stored => stored.Artifact.Path));
        Assert.Equal("3\n", Encoding.UTF8.GetString(_server.Read("base/tree/sub/three.txt")!));
        var one = run.Events.OfType<RunEvent.ArtifactStored>().First().Artifact;
        Assert.Equal(("file", 2, Convert.ToHexStringLower(SHA256.HashData("1\n"u8))), (one.Kind, one.Size, one.Sha256));
        Assert.Equal($"{_server.Endpoint}/builds/base/releases/1.2/one.txt", one.Url);
        Assert.Contains("uploaded 4 files, 8 bytes", run.LogOf("upload"));
    }

    [Fact]
    public async Task A_large_file_goes_in_parts_and_arrives_whole()
    {
        var run = await RunAsync(
            "head -c 50000000 /dev/urandom > big; SUM=$(sha256sum big | cut -d' ' -f1)", new PlannedUploadRule("big", "large"));

        var sum = run.Events.OfType<RunEvent.OutputsCollected>().First().Outputs.Single(output => output.Name == "SUM").Value;
        Assert.Equal(sum, Convert.ToHexStringLower(SHA256.HashData(_server.Read("base/large/big")!)));
        Assert.Equal(sum, run.Events.OfType<RunEvent.ArtifactStored>().Single().Artifact.Sha256);
    }

    [Theory]
    [InlineData("nothing/*.txt", "x", RunReason.UploadMissing, "Nothing in the workspace fits nothing/*.txt.")]
    [InlineData("/etc/hostname", "x", RunReason.UploadFailed, "/etc/hostname lies outside the workspace; copy it into the workspace first.")]
    [InlineData("a", "x/../../y", RunReason.UploadFailed, "The destination x/../../y has a \"..\" in it.")]
    [InlineData("link", "x", RunReason.UploadMissing, "Nothing in the workspace fits link.")]
    public async Task A_rule_that_means_nothing_fails_the_run(string source, string destination, string reason, string message)
    {
        var end = await (await RunAsync("echo a > a; ln -s /etc/hostname link", new PlannedUploadRule(source, destination))).Ended;

        Assert.Equal((reason, message), (end.Reason, end.Message));
    }

    [Theory]
    [InlineData("", "wrong", S3Server.Bucket, RunReason.StorageAuth)]
    [InlineData("", S3Server.AccessKey, "nowhere", RunReason.StorageMissing)]
    [InlineData("http://127.0.0.1:9", S3Server.AccessKey, S3Server.Bucket, RunReason.StorageUnreachable)]
    [InlineData("https", S3Server.AccessKey, S3Server.Bucket, RunReason.StorageUntrusted)]
    public async Task What_is_wrong_with_the_storage_is_told_apart(string endpoint, string key, string bucket, string reason)
    {
        var storage = Storage() with { Bucket = bucket, AccessKey = key };
        var run = await _host.RunAsync(Spec(
            "echo a > a", endpoint.Length == 0 ? storage : storage with { Endpoint = endpoint == "https" ? _server.Endpoint.Replace("http:", "https:") : endpoint }, S3Server.SecretKey, [new("a", "x")]));

        var end = await run.Ended;
        Assert.Equal(reason, end.Reason);
        Assert.StartsWith("Uploading to the object storage files failed.", end.Message);
    }

    [Fact]
    public async Task A_secret_never_becomes_part_of_a_key()
    {
        var spec = Spec("echo a > a; LEAK=x-$PASS", Storage(), S3Server.SecretKey, [new("a", "k$PASS/$LEAK")]);

        var run = await _host.RunAsync(spec.With(plan => plan with
        {
            Variables = [new("PASS", "", SecretRef: "pass")], Outputs = ["LEAK"],
        }) with
        {
            Secrets = new Dictionary<string, string>(spec.Secrets) { ["pass"] = "opensesame" },
        });

        Assert.Equal("base/k$PASS/$LEAK/a", run.Events.OfType<RunEvent.ArtifactStored>().Single().Artifact.Path);
    }

    private Task<FakeAttempt> RunAsync(string script, params PlannedUploadRule[] rules) =>
        _host.RunAsync(Spec(script, Storage(), S3Server.SecretKey, rules));

    private static RunSpec Spec(string script, PlannedStorage storage, string secret, IReadOnlyList<PlannedUploadRule> rules) =>
        Of(Shell(script), new PlannedStep.Upload(new PlannedUpload { Storage = storage, Rules = rules }))
            .With(plan => plan with { Outputs = ["VERSION", "SUM"] }) with
        {
            Secrets = new Dictionary<string, string> { ["storage/files"] = secret },
        };

    private PlannedStorage Storage() => new()
    {
        Name = "files",
        Endpoint = _server.Endpoint,
        Bucket = S3Server.Bucket,
        Subfolder = "base",
        Region = "",
        AccessKey = S3Server.AccessKey,
        SecretRef = "storage/files",
        IsInsecure = true,
    };
}
