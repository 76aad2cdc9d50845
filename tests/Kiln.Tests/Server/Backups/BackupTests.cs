using System.Formats.Tar;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Backups;
using Kiln.Server.Runs;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Backups;

/// <summary>A live server is backed up and restored elsewhere; what the API said then, it says there.</summary>
public class BackupTests : IAsyncLifetime
{
    private static readonly string Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private readonly TempDirectory _directory = new();
    private Func<KilnOptions, KilnOptions> _store = null!;
    private KilnApp _app = null!;
    private FakeAgent _agent = null!;

    private string Archive => Path.Combine(_directory.Path, "backup.tar");

    public async ValueTask InitializeAsync()
    {
        _store = await StoreAsync();
        _app = await KilnApp.StartAsync(options => _store(options) with { MasterKey = Key });
        _agent = new FakeAgent(_app);
        await DefineAsync("first");
    }

    /// <summary>Settings that choose an empty database; asked once for the server and once for each restore.</summary>
    protected virtual Task<Func<KilnOptions, KilnOptions>> StoreAsync() =>
        Task.FromResult<Func<KilnOptions, KilnOptions>>(static options => options);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Under_load_all_that_had_ended_is_the_same_in_the_restored_server_and_nothing_later_is_in_it()
    {
        var ended = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            ended.Add(await RunAsync(60_000 * i));
        }
        await _app.Get<LogKeeping>().LookAsync(default);
        var before = await SeenAsync(_app, ended);

        using var stop = new CancellationTokenSource();
        var load = LoadAsync(stop.Token);
        await BackUpAsync(keys: false);
        await stop.CancelAsync();
        var last = await load;

        await RestoreAsync(options => options with { MasterKey = Key });
        await using var restored = await StartRestoredAsync(options => options with { MasterKey = Key });
        Assert.Equal(before, await SeenAsync(restored, ended));
        var runs = (await JsonAsync(restored, "/openapi/runs?pageSize=1000"))["runs"]!.AsArray().Select(run => (long)run!["run_id"]!).ToList();
        Assert.True(runs[0] <= last);
        // A run that was not in the backup leaves nothing for the one that gets its number now.
        var next = await restored.RunAsync(FakePlans.Script());
        Assert.True(next > runs[0]);
        Assert.Equal("", await restored.Admin.GetStringAsync($"/openapi/runs/{next}/log"));
    }

    [Fact]
    public async Task A_run_under_way_is_taken_up_again_by_the_restored_server()
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var lease = await _agent.TakeAsync();
        await _agent.ReportAsync(lease, 0, "begun\n", FakeAgent.Passed(0)[..2]);
        await BackUpAsync(keys: false);
        await RestoreAsync(options => options with { MasterKey = Key });

        await using var restored = await StartRestoredAsync(options => options with { MasterKey = Key });
        var agent = new FakeAgent(restored);
        agent.Holding.Add(lease.Key);
        using var adopted = await agent.SpecAsync(lease.Key);
        var again = (await adopted.Content.ReadAsStringAsync())!;
        var token = (string)JsonNode.Parse(again)!["token"]!;
        await agent.ReportAsync(lease with { Token = token }, 6, "ended\n", FakeAgent.Passed(12)[2..]);
        Assert.Equal("begun\nended\n", await restored.Admin.GetStringAsync($"/openapi/runs/{id}/log"));
        Assert.Equal("passed", (string)(await JsonAsync(restored, $"/openapi/runs/{id}"))["status"]!);
    }

    [Fact]
    public async Task With_its_keys_a_backup_opens_by_itself_and_without_them_only_with_the_right_one()
    {
        await BackUpAsync(keys: true);
        await RestoreAsync(options => options);
        await using (var restored = await StartRestoredAsync(options => options))
        {
            Assert.Equal(Key, (await File.ReadAllTextAsync(Path.Combine(RestoredData, "master.key"))).Trim());
            using var again = restored.Client(File.ReadAllText(Path.Combine(RestoredData, "admin-token")).Trim());
            Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/openapi/build?projectKey=demo")).StatusCode);
        }
        await BackUpAsync(keys: false);
        Assert.DoesNotContain(Entries(), name => name.StartsWith("keys", StringComparison.Ordinal));
        Assert.Contains("has no master key", await RestoreAsync(options => options), StringComparison.Ordinal);
        await Assert.ThrowsAsync<Kiln.Server.Identity.MasterKeyException>(() => StartRestoredAsync(options => options));
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.7)]
    public async Task An_archive_that_was_cut_off_is_refused_and_so_is_what_it_left(double part)
    {
        await RunAsync(100_000);
        await BackUpAsync(keys: true);
        await using (var archive = File.OpenWrite(Archive))
        {
            archive.SetLength((long)(archive.Length * part));
        }
        var refusal = await Assert.ThrowsAsync<RestoreException>(() => RestoreAsync(options => options));
        Assert.Contains("is not a whole backup", refusal.Message, StringComparison.Ordinal);
        using var data = DataDirectory.Open(RestoredData);
        Assert.Throws<DataDirectoryException>(data.RequireWhole);
    }

    [Fact]
    public async Task A_backup_is_restored_only_where_nothing_is()
    {
        await BackUpAsync(keys: true);
        await RestoreAsync(options => options);
        var again = await Assert.ThrowsAsync<RestoreException>(
            () => Restore.RunAsync(Archive, Restored(options => options), TimeProvider.System, default));
        Assert.Contains("is not empty", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_an_administrator_makes_one_and_it_is_recorded()
    {
        using var refused = await _app.Anonymous.PostAsync("/openapi/system/backup", null);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        await BackUpAsync(keys: true);
        var audit = await JsonAsync(_app, "/openapi/system/audit?outcome=done");
        Assert.Contains(audit["records"]!.AsArray(), record => (string)record!["path"]! == "/openapi/system/backup?keys=true");
    }

    private string RestoredData => Path.Combine(_directory.Path, "restored");

    private KilnOptions Restored(Func<KilnOptions, KilnOptions> adjust) => adjust(_store(_app.Options with { MasterKey = null, AdminToken = null })) with
    {
        Data = RestoredData,
    };

    private async Task<string> RestoreAsync(Func<KilnOptions, KilnOptions> adjust)
    {
        if (Directory.Exists(RestoredData))
        {
            Directory.Delete(RestoredData, recursive: true);
        }
        _store = await StoreAsync();
        return await Restore.RunAsync(Archive, Restored(adjust), TimeProvider.System, default);
    }

    private Task<KilnApp> StartRestoredAsync(Func<KilnOptions, KilnOptions> adjust) => KilnApp.StartAsync(_ => Restored(adjust));

    private async Task BackUpAsync(bool keys)
    {
        using var response = await _app.Admin.PostAsync($"/openapi/system/backup?keys={(keys ? "true" : "false")}", null);
        Assert.Equal("application/x-tar", response.Content.Headers.ContentType?.MediaType);
        await using var archive = File.Create(Archive);
        await response.Content.CopyToAsync(archive);
    }

    private List<string> Entries()
    {
        using var reader = new TarReader(File.OpenRead(Archive));
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
        }
        return names;
    }

    private async Task DefineAsync(string name)
    {
        var body = $$"""
            {"name":"{{name}}","project_key":"demo","infrastructure":"vm","build_os":"ubuntu 20.04","script_type":"shell","installs":[],
             "services":[],"build_script":"true","parameters":[{"key":"SECRET","type":"string","default_value":"sealed {{name}}","is_credential":true}]}
            """;
        using var project = await _app.Admin.PostAsync("/openapi/projects/project", Json("""{"project_key":"demo","project_name":"demo"}"""));
        using var answer = await _app.Admin.PostAsync("/openapi/build?projectKey=demo", Json(body));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>A run that ends with a log of about so many bytes and an artifact.</summary>
    private async Task<long> RunAsync(int bytes)
    {
        var id = await _app.RunAsync(FakePlans.Script());
        var lease = await _agent.TakeAsync();
        var log = new StringBuilder();
        while (log.Length < bytes)
        {
            log.Append(CultureInfo.InvariantCulture, $"run {id}, {log.Length} bytes\n");
        }
        var content = Encoding.UTF8.GetBytes($"artifact of {id}");
        using var upload = new HttpRequestMessage(
            HttpMethod.Put, $"{RunnerProtocol.ArtifactPath}out/a.txt?run={id}&attempt=1&fence={lease.Key.Fence}&kind=file")
        {
            Content = new ByteArrayContent(content),
        };
        upload.Headers.Authorization = new("Bearer", lease.Token);
        (await _app.Anonymous.SendAsync(upload)).EnsureSuccessStatusCode();
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        await _agent.ReportAsync(lease, 0, log.ToString(),
            new RunEvent.Begun { Seq = 1, AtMs = 0 },
            new RunEvent.ArtifactStored(new RunArtifact("out/a.txt", "file", content.Length, hash)) { Seq = 2, AtMs = 0 },
            new RunEvent.Ended(RunStatus.Passed, "", "", 0, log.Length) { Seq = 3, AtMs = 0 });
        _agent.Holding.Remove(lease.Key);
        return id;
    }

    /// <summary>Defines and runs until it is told to stop; the last run.</summary>
    private async Task<long> LoadAsync(CancellationToken stop)
    {
        for (var i = 0; ; i++)
        {
            await DefineAsync($"load-{i}");
            var last = await RunAsync(5_000);
            if (stop.IsCancellationRequested)
            {
                return last;
            }
        }
    }

    /// <summary>What the API says of some runs and the definition, but for the server's address.</summary>
    private static async Task<string> SeenAsync(KilnApp app, List<long> runs)
    {
        var seen = new StringBuilder();
        foreach (var path in runs.SelectMany(id => (string[])[
            $"/openapi/runs/{id}", $"/openapi/runs/{id}/log", $"/openapi/runs/{id}/outputs", $"/openapi/runs/{id}/artifacts",
            $"/openapi/runs/{id}/artifacts/out/a.txt", $"/openapi/runs/{id}/attempts"])
            .Append("/openapi/build/first/detail?projectKey=demo").Append("/openapi/build/first/revisions?projectKey=demo"))
        {
            seen.AppendLine(path).AppendLine((await app.Admin.GetStringAsync(path))
                .Replace(app.Address.ToString().TrimEnd('/'), "", StringComparison.Ordinal));
        }
        return seen.ToString();
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task<JsonNode> JsonAsync(KilnApp app, string path) => JsonNode.Parse(await app.Admin.GetStringAsync(path))!;
}
