using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kiln.Server;
using Kiln.Server.Identity;
using Kiln.Server.Settings;
using Kiln.Server.Storage;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Identity;

public sealed class MasterKeyRotationTests : IDisposable
{
    private readonly TempDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Secrets_of_definitions_their_history_and_runs_open_under_the_new_key_and_not_under_the_old_one()
    {
        var old = await FillAsync();

        var (code, said) = await RotateAsync();

        Assert.Equal((0, true), (code, said.Contains("secrets are sealed under a new master key", StringComparison.Ordinal)));
        var key = await File.ReadAllTextAsync(Path.Combine(_data.Path, "master.key"));
        Assert.NotEqual(old, key);
        var vault = new SecretVault(MasterKey.Parse(key)!);
        using (var data = DataDirectory.Open(_data.Path))
        {
            await using var database = await OpenAsync();
            var texts = await database.ReadAsync(
                async session => (await session.QueryAsync("select json from documents", static row => row.GetString(0)))
                    .Concat(await session.QueryAsync("select json from document_revisions", static row => row.GetString(0)))
                    .Concat(await session.QueryAsync("select secrets from runs", static row => row.GetString(0))).ToList(),
                default);
            var sealedTexts = texts.SelectMany(text => System.Text.RegularExpressions.Regex.Matches(text, "kiln1\\.[^\"]+").Select(match => match.Value)).ToList();
            Assert.True(sealedTexts.Count >= 5);
            Assert.All(sealedTexts, text => vault.Unseal(text));
        }
    }

    [Fact]
    public async Task A_rotation_that_was_interrupted_before_the_key_took_its_place_goes_on()
    {
        await FillAsync();
        var file = Path.Combine(_data.Path, "master.key");
        var old = await File.ReadAllTextAsync(file);
        await RotateAsync();
        var next = await File.ReadAllTextAsync(file);
        // As it lies there when the process was killed between the transaction and the renaming.
        await File.WriteAllTextAsync(file, old);
        await File.WriteAllTextAsync(file + ".next", next);

        var (code, _) = await RotateAsync();

        Assert.Equal((0, next), (code, await File.ReadAllTextAsync(file)));
        Assert.False(File.Exists(file + ".next"));
    }

    [Fact]
    public async Task A_text_that_only_looks_sealed_stays()
    {
        var odd = "kiln1.00000000.AAAA.BBBB";
        var current = new SecretVault(new byte[32]);

        Assert.Throws<System.Security.Cryptography.CryptographicException>(() => current.Rewrap(odd, current));
        await Task.CompletedTask;
    }

    private async Task<string> FillAsync()
    {
        await using (var app = await KilnApp.StartAsync(options => options with { Data = _data.Path }))
        {
            foreach (var value in (string[])["first-secret", "second-secret"])
            {
                var body = new JsonObject { ["key"] = "TOKEN", ["value"] = value, ["is_credential"] = true };
                using var answer = value[0] == 'f'
                    ? await app.Admin.PostAsJsonAsync("/openapi/variables", body)
                    : await app.Admin.PutAsJsonAsync("/openapi/variables/TOKEN", body);
                Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            }
            await app.RunAsync(FakePlans.Script(), secrets: ("param/TOKEN", "of-a-run"));
        }
        return await File.ReadAllTextAsync(Path.Combine(_data.Path, "master.key"));
    }

    private Task<Database> OpenAsync() =>
        StorageSlice.OpenAsync(new KilnOptions { Data = _data.Path }, TimeProvider.System, default);

    private async Task<(int Code, string Said)> RotateAsync()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await Startup.RunAsync([MasterKeyChange.Command, "--data", _data.Path], output, errors);
        return (code, output.ToString() + errors);
    }
}
