using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kiln.Buckets;
using Kiln.Contracts;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Artifacts;
using Kiln.Server.Backups;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Server.Artifacts;

/// <summary>A server that keeps artifacts in an object storage: a real S3 server.</summary>
public sealed class ArtifactBucketTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private S3Server _storage = null!;
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _storage = await S3Server.StartAsync(_directory.Path);
        _app = await KilnApp.StartAsync(
            _time, options => Kept(options, _storage.Endpoint, S3Server.Bucket) with { ArtifactKeep = TimeSpan.FromDays(30) });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _storage.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task An_artifact_goes_there_whole_and_comes_back_in_ranges_through_the_server()
    {
        var (lease, content) = (await LeaseAsync(), RandomNumberGenerator.GetBytes(300_000));
        using var broken = await PutAsync(lease, "out/app 包.tar", content, "00");
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        Assert.Null(_storage.Read($"kept/{lease.Key.RunId}-1/out/app 包.tar"));

        await EndAsync(lease, await StoreAsync(lease, "out/app 包.tar", content));

        Assert.Equal(content, _storage.Read($"kept/{lease.Key.RunId}-1/out/app 包.tar"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_app.Options.Data, "artifacts"), "*", SearchOption.AllDirectories));
        var url = (string)(await JsonAsync($"/openapi/runs/{lease.Key.RunId}/artifacts"))["artifacts"]![0]!["url"]!;
        Assert.Equal(content, await _app.Admin.GetByteArrayAsync(url));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _app.Anonymous.GetAsync(url)).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = new RangeHeaderValue(100_000, 199_999) } };
        using var range = await _app.Admin.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
        Assert.Equal(content[100_000..200_000], await range.Content.ReadAsByteArrayAsync());
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\"", range.Headers.ETag?.Tag);
    }

    [Fact]
    public async Task Retention_removes_them_there_and_leaves_those_of_other_runs()
    {
        var (old, young) = (await LeaseAsync(), await LeaseAsync());
        await EndAsync(old, await StoreAsync(old, "a", [1]), await StoreAsync(old, "b/c", [2]));
        _time.Advance(TimeSpan.FromDays(20));
        await EndAsync(young, await StoreAsync(young, "a", [3]));
        _time.Advance(TimeSpan.FromDays(20));

        await _app.Get<ArtifactKeeping>().LookAsync(default);

        Assert.Null(_storage.Read($"kept/{old.Key.RunId}-1/a"));
        Assert.Null(_storage.Read($"kept/{old.Key.RunId}-1/b/c"));
        Assert.Equal([3], _storage.Read($"kept/{young.Key.RunId}-1/a"));
        Assert.Contains("were removed", (string)(await JsonAsync($"/openapi/runs/{old.Key.RunId}/artifacts"))["artifact_notice"]!);
    }

    [Fact]
    public async Task A_storage_that_is_away_is_said_to_the_runner_and_to_whoever_downloads()
    {
        var lease = await LeaseAsync();
        var stored = await StoreAsync(lease, "a", [1]);
        await _storage.DisposeAsync();

        using var put = await PutAsync(lease, "b", [2], sha256: null);
        await EndAsync(lease, stored);
        using var get = await _app.Admin.GetAsync($"/openapi/runs/{lease.Key.RunId}/artifacts/a");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (put.StatusCode, put.Headers.RetryAfter?.ToString()));
        Assert.Contains("Artifacts cannot be kept now. The bucket builds", (string)(await put.JsonAsync())["description"]!);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, get.StatusCode);
        Assert.Contains("cannot be reached", (string)(await get.JsonAsync())["description"]!);
    }

    [Fact]
    public async Task A_wrong_setting_is_no_reason_for_a_runner_to_try_again()
    {
        await using var app = await KilnApp.StartAsync(options => Kept(options, _storage.Endpoint, "nowhere"));
        await app.RunAsync(FakePlans.Script());
        var lease = await new FakeAgent(app).TakeAsync();

        using var put = await PutAsync(app, lease, "a", [1], sha256: null);

        Assert.Equal(HttpStatusCode.InsufficientStorage, put.StatusCode);
        Assert.EndsWith("does not exist.", (string)(await put.JsonAsync())["description"]!);
    }

    [Fact]
    public async Task What_the_directory_kept_before_stays_readable_and_what_is_nowhere_is_said()
    {
        await using var app = await KilnApp.StartAsync(static options => options);
        await app.RunAsync(FakePlans.Script());
        var lease = await new FakeAgent(app).TakeAsync();
        using var put = await PutAsync(app, lease, "a", [1], sha256: null);
        await EndAsync(app, lease, await ArtifactAsync(put), new RunArtifact("lost", "file", 1, "00"));

        await using var moved = await KilnApp.StartAsync(options => Kept(options, _storage.Endpoint, S3Server.Bucket) with
        {
            Data = Copy(app.Options.Data),
        });

        Assert.Equal([1], await moved.Admin.GetByteArrayAsync($"/openapi/runs/{lease.Key.RunId}/artifacts/a"));
        using var lost = await moved.Admin.GetAsync($"/openapi/runs/{lease.Key.RunId}/artifacts/lost");
        Assert.Equal(HttpStatusCode.NotFound, lost.StatusCode);
        Assert.Contains("is not where artifacts are kept now", (string)(await lost.JsonAsync())["description"]!);
    }

    [Fact]
    public async Task A_backup_says_where_they_are_and_does_not_hold_them()
    {
        var lease = await LeaseAsync();
        await EndAsync(lease, await StoreAsync(lease, "a", [1]));
        var (file, data) = (Path.Combine(_directory.Path, "backup.tar"), Path.Combine(_directory.Path, "restored"));
        using var made = await _app.Admin.PostAsync("/openapi/system/backup?keys=true", content: null);
        await File.WriteAllBytesAsync(file, await made.Content.ReadAsByteArrayAsync());

        var told = await Restore.RunAsync(file, new KilnOptions { Data = data }, TimeProvider.System, default);

        Assert.Contains($"Artifacts lie in the bucket builds at {new Uri(_storage.Endpoint).Authority} below kept/ and not in the backup", told);
        Assert.False(Directory.Exists(Path.Combine(data, "artifacts")));
        await using var restored = await KilnApp.StartAsync(options => Kept(options, _storage.Endpoint, S3Server.Bucket) with { Data = data });
        Assert.Equal([1], await restored.Admin.GetByteArrayAsync($"/openapi/runs/{lease.Key.RunId}/artifacts/a"));
    }

    [Fact]
    public async Task Files_are_listed_as_a_tree_with_sums()
    {
        var lease = await LeaseAsync();
        await EndAsync(
            lease,
            await StoreAsync(lease, "out/lib/a.so", new byte[10]),
            await StoreAsync(lease, "out/app", new byte[5]),
            await StoreAsync(lease, "README", [1]),
            new RunArtifact("registry/team/app:1", "image", 400, "", "sha256:00"));

        var tree = (await JsonAsync($"/openapi/runs/{lease.Key.RunId}/artifact-tree"))["tree"]!;

        Assert.Equal((3, 16), ((int)tree["files"]!, (int)tree["size"]!));
        Assert.Equal("README", (string)tree["contents"]![0]!["name"]!);
        var output = Assert.Single(tree["directories"]!.AsArray())!;
        Assert.Equal(("out", 2, 15), ((string)output["name"]!, (int)output["files"]!, (int)output["size"]!));
        Assert.Equal("out/app", (string)output["contents"]![0]!["path"]!);
        Assert.Equal("out/lib/a.so", (string)output["directories"]![0]!["contents"]![0]!["path"]!);
    }

    [Theory]
    [InlineData("s3://key:secret@storage.example.com/builds/kept", "builds", null)]
    [InlineData("/srv/artifacts", null, "/srv/artifacts")]
    public void One_setting_names_a_directory_or_an_object_storage(string text, string? bucket, string? directory)
    {
        var outcome = SettingsReader.Read(["--artifacts", text], new Dictionary<string, string>());

        var options = Assert.IsType<SettingsOutcome.Valid>(outcome).Options;
        Assert.Equal((bucket, directory), (options.ArtifactBucket?.Address.Bucket, options.Artifacts));
        Assert.DoesNotContain("secret", $"{options}");
    }

    [Fact]
    public void A_storage_that_is_not_whole_is_refused()
    {
        var outcome = SettingsReader.Read(["--artifacts", "s3://storage.example.com/builds"], new Dictionary<string, string>());

        Assert.Contains("must be s3://KEY:SECRET@HOST", Assert.Single(Assert.IsType<SettingsOutcome.Invalid>(outcome).Problems));
    }

    private static KilnOptions Kept(KilnOptions options, string endpoint, string bucket) => options with
    {
        ArtifactBucket = BucketUrl.Parse(
            $"s3://{S3Server.AccessKey}:{S3Server.SecretKey}@{new Uri(endpoint).Authority}/{bucket}/kept?insecure=true"),
    };

    private string Copy(string data)
    {
        var copy = Path.Combine(_directory.Path, "copy");
        foreach (var file in Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories).Where(static file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(data, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }

    private async Task<Lease> LeaseAsync()
    {
        await _app.RunAsync(FakePlans.Script());
        return await new FakeAgent(_app, Guid.NewGuid().ToString("n")).TakeAsync();
    }

    private async Task<RunArtifact> StoreAsync(Lease lease, string path, byte[] content)
    {
        using var stored = await PutAsync(lease, path, content, Convert.ToHexStringLower(SHA256.HashData(content)));
        return await ArtifactAsync(stored);
    }

    private static async Task<RunArtifact> ArtifactAsync(HttpResponseMessage stored)
    {
        var text = await stored.Content.ReadAsStringAsync();
        Assert.True(stored.IsSuccessStatusCode, text);
        return System.Text.Json.JsonSerializer.Deserialize(text, KilnJson.Default.RunArtifact)!;
    }

    private Task EndAsync(Lease lease, params RunArtifact[] artifacts) => EndAsync(_app, lease, artifacts);

    private static async Task EndAsync(KilnApp app, Lease lease, params RunArtifact[] artifacts)
    {
        RunEvent[] stored = [.. artifacts.Select((artifact, i) => new RunEvent.ArtifactStored(artifact) { Seq = i + 2, AtMs = 0 })];
        await new FakeAgent(app).ReportAsync(lease, 0, "",
            [new RunEvent.Begun { Seq = 1, AtMs = 0 }, .. stored,
                new RunEvent.Ended(RunStatus.Passed, "", "", 0, 0) { Seq = stored.Length + 2, AtMs = 0 }]);
    }

    private Task<HttpResponseMessage> PutAsync(Lease lease, string path, byte[] content, string? sha256) =>
        PutAsync(_app, lease, path, content, sha256);

    private static async Task<HttpResponseMessage> PutAsync(KilnApp app, Lease lease, string path, byte[] content, string? sha256)
    {
        var key = lease.Key;
        using var request = new HttpRequestMessage(
            HttpMethod.Put,
            $"{RunnerProtocol.ArtifactPath}{path}?run={key.RunId}&attempt={key.Attempt}&fence={key.Fence}&kind=file"
                + (sha256 is null ? "" : $"&sha256={sha256}"))
        {
            Content = new ByteArrayContent(content),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", lease.Token);
        return await app.Anonymous.SendAsync(request);
    }

    private async Task<JsonNode> JsonAsync(string path) => JsonNode.Parse(await _app.Admin.GetStringAsync(path))!;
}
