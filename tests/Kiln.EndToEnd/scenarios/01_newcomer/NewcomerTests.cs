using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The first five minutes: <c>kiln up --demo</c> with nothing but the binaries.</summary>
public sealed partial class NewcomerTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_demo_that_runs_once_shows_log_result_outputs_and_package_and_ends_with_the_runs_exit_code()
    {
        await using var up = Up("--once");

        var code = await up.ExitAsync(Token);

        Assert.True(code == 0, $"{up.Output}\n{up.Errors}");
        Assert.Contains("hello from kiln", up.Output);
        Assert.Matches(@"run \d+ passed in (\d+ ms|\d+\.\d s)", up.Output);
        Assert.Matches(@"(?m)^phases\n  checkout .*\n  script ", up.Output);
        Assert.Contains("\noutputs\n", up.Output);
        Assert.Matches(@"(?m)^package\n  .+\n  sha256 [0-9a-f]{64}\n  curl ", up.Output);
    }

    [Fact]
    public async Task The_token_and_the_demos_credential_never_reach_the_terminal()
    {
        await using var up = Up("--once");

        await up.ExitAsync(Token);

        var token = (await File.ReadAllTextAsync(_scratch["data/admin-token"], Token)).Trim();
        Assert.DoesNotContain(token, up.Output + up.Errors);
        Assert.DoesNotContain("abc123", up.Output + up.Errors);
    }

    [Fact]
    public async Task The_demo_can_be_shown_again_on_the_same_data()
    {
        await using (var first = Up("--once"))
        {
            Assert.Equal(0, await first.ExitAsync(Token));
        }

        await using var second = Up("--once");

        Assert.Equal(0, await second.ExitAsync(Token));
        Assert.Contains("run 2 passed", second.Output);
    }

    [Fact]
    public async Task The_shown_command_fetches_exactly_the_archived_package()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token);
        await using var run = RunningProgram.Start(
            Binaries.Kiln,
            ["run", "hello-kiln", "--project", "yaml", "-s", "service1", "--follow", "--server", server.Address.AbsoluteUri],
            _scratch.Path,
            ("KILN_TOKEN", server.Token));
        Assert.True(await run.ExitAsync(Token) == 0, $"{run.Output}\n{run.Errors}");
        var (sha256, address) = (Sha256().Match(run.Output).Groups[1].Value, Download().Match(run.Output).Groups[1].Value);

        var package = await server.Http.GetByteArrayAsync(address, Token);

        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(package)));
    }

    private RunningProgram Up(params string[] more) => RunningProgram.Start(
        Binaries.Kiln,
        ["up", "--demo", "--listen", "127.0.0.1:0", "--data", _scratch["data"], .. more],
        _scratch.Path,
        ("HOME", _scratch.Path));

    [GeneratedRegex("sha256 ([0-9a-f]{64})")]
    private static partial Regex Sha256();

    [GeneratedRegex(@"curl .* (http://\S+)")]
    private static partial Regex Download();
}
