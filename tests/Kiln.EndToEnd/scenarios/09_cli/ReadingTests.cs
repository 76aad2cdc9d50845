using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Runs, what they leave, and everything else that is read, through the real client.</summary>
public sealed class ReadingTests : IClassFixture<ServerFixture>, IDisposable
{
    // What the framework writes to any terminal first.
    private const string SetUp = "\e[?1h\e=";

    private readonly Scratch _scratch = new();
    private readonly BuildDriver _builds;
    private readonly KilnClientProgram _kiln;

    public ReadingTests(ServerFixture fixture)
    {
        _builds = new BuildDriver(fixture.Server);
        _kiln = new KilnClientProgram(_scratch, fixture.Server);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Outputs_and_artifacts_of_a_run_can_be_read_and_fetched()
    {
        var ran = (await _kiln.RunAsync("run", "hello-kiln", "-s", "service2", "-p", "aa=c", "--branch", "main", "--follow")).Expect(0);
        var runId = ran.Output.Split("\nrun ")[1].Split(' ')[0];

        Assert.Contains("checkout", (await _kiln.RunAsync("runs", runId)).Expect(0).Output);
        Assert.DoesNotContain("[kiln]", (await _kiln.RunAsync("logs", runId, "--step", "script")).Expect(0).Output);
        Assert.Contains("VERSION", (await _kiln.RunAsync("outputs", runId)).Expect(0).Output);
        Assert.Single((await _kiln.RunAsync("outputs", runId, "VERSION")).Expect(0).Output.TrimEnd().Split('\n'));
        var kept = JsonNode.Parse((await _kiln.RunAsync("artifacts", "ls", runId, "-o", "json")).Expect(0).Output)!["artifacts"]![0]!;
        Assert.StartsWith(
            $"1 file, ", (await _kiln.RunAsync("artifacts", "ls", runId, "--tree")).Expect(0).Output, StringComparison.Ordinal);
        (await _kiln.RunAsync("artifacts", "get", runId, "-o", "package.tar.gz")).Expect(0);
        Assert.Equal(
            (string?)kept["sha256"], Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(_scratch["package.tar.gz"], Token))));
    }

    [Fact]
    public async Task A_failed_run_says_why_and_can_be_run_again()
    {
        await _builds.DefineAsync("read-flaky", $"[ -e {_scratch["mended"]} ]", Token);
        (await _kiln.RunAsync("run", "read-flaky", "--follow")).Expect(1);
        var runId = (await _kiln.RunAsync("runs", "--build", "read-flaky", "-o", "name")).Expect(0).Output.Trim();

        Assert.Contains("script_failed", (await _kiln.RunAsync("why", runId)).Expect(0).Output);
        await File.WriteAllTextAsync(_scratch["mended"], "", Token);
        (await _kiln.RunAsync("retry", runId, "--follow")).Expect(0);
    }

    [Fact]
    public async Task What_a_run_would_do_is_explained_and_so_is_what_stands_against_it()
    {
        var explained = (await _kiln.RunAsync("explain", "hello-kiln", "-s", "service1", "-p", "aa=c")).Expect(0);
        var refused = (await _kiln.RunAsync("explain", "hello-kiln", "-s", "nobody")).Expect(1);

        Assert.Contains("multi-service-demo", explained.Output);
        Assert.Contains("script", explained.Output);
        Assert.DoesNotContain("abc123", explained.Output);
        Assert.Contains("nobody", refused.Output + refused.Errors);
    }

    [Fact]
    public async Task A_host_can_be_paused_until_it_is_idle_and_let_in_again()
    {
        var host = (await _kiln.RunAsync("hosts", "-o", "name")).Expect(0).Output.Trim();
        try
        {
            (await _kiln.RunAsync("hosts", "pause", host, "--wait")).Expect(0);
            Assert.Contains("paused", (await _kiln.RunAsync("hosts")).Expect(0).Output);
        }
        finally
        {
            (await _kiln.RunAsync("hosts", "resume", host)).Expect(0);
        }
        Assert.Contains("online", (await _kiln.RunAsync("hosts")).Expect(0).Output);
        Assert.Contains("host called", (await _kiln.RunAsync("hosts", "pause", "nobody")).Expect(2).Errors);
    }

    [Fact]
    public async Task What_a_definition_describes_can_be_tried()
    {
        (await _kiln.RunAsync(
            "kind: object-storage\nname: read-away\nendpoint: http://127.0.0.1:9\nbucket: b\nak: a\nsk: secret\n", ["apply", "-f", "-"])).Expect(0);

        Assert.StartsWith("ok: ", (await _kiln.RunAsync("validate", "code-host", "github-demo", "--repo", "kr-test-org/zadig")).Expect(0).Output);
        Assert.StartsWith("refused: ", (await _kiln.RunAsync("validate", "object-storage", "read-away")).Expect(5).Output);
        Assert.Contains("object-storage", (await _kiln.RunAsync("validate", "project", "yaml")).Expect(2).Errors);
    }

    [Fact]
    public async Task A_log_can_be_had_in_parts()
    {
        await _builds.DefineAsync("read-lines", "seq 1 100", Token);
        (await _kiln.RunAsync("run", "read-lines", "--follow")).Expect(0);
        var runId = (await _kiln.RunAsync("runs", "--build", "read-lines", "-o", "name")).Expect(0).Output.Trim();

        Assert.Equal("99\n100\n", (await _kiln.RunAsync("logs", runId, "--step", "script", "--tail", "2")).Expect(0).Output);
        Assert.Matches(
            @"^\d{4}-\d\d-\d\dT[\d:.]+Z 100\n$", (await _kiln.RunAsync("logs", runId, "--step", "script", "-n", "1", "-t")).Expect(0).Output);
        (await _kiln.RunAsync("logs", runId, "-f", "--step", "script")).Expect(2);
    }

    [Theory]
    [InlineData("runs")]
    [InlineData("hosts")]
    [InlineData("audit")]
    [InlineData("token", "list")]
    [InlineData("get", "project")]
    [InlineData("get", "cluster")]
    public async Task Whatever_is_listed_is_listed_in_every_format(params string[] arguments)
    {
        foreach (var format in (string[])["table", "wide", "yaml", "name"])
        {
            (await _kiln.RunAsync([.. arguments, "-o", format])).Expect(0);
        }

        Assert.NotNull(JsonNode.Parse((await _kiln.RunAsync([.. arguments, "-o", "json"])).Expect(0).Output));
    }

    [Fact]
    public async Task A_token_is_printed_once_works_and_ends_when_it_is_revoked()
    {
        var made = (await _kiln.RunAsync("token", "create", "read-ci", "--role", "yaml=runner", "--expires", "1d")).Expect(0).Output.Trim();
        _kiln.Environment["KILN_TOKEN"] = made;

        (await _kiln.RunAsync("get", "build", "--project", "yaml")).Expect(0);
        _kiln.Environment.Clear();
        (await _kiln.RunAsync("token", "revoke", "read-ci")).Expect(0);
        _kiln.Environment["KILN_TOKEN"] = made;
        (await _kiln.RunAsync("get", "build", "--project", "yaml")).Expect(4);
    }

    [Fact]
    public async Task Deleting_says_what_is_gone_and_what_is_in_use()
    {
        (await _kiln.RunAsync("kind: build-image\nlabel: read-image\nvalue: alpine:3\n", ["apply", "-f", "-"])).Expect(0);

        Assert.Equal("build-image read-image deleted\n", (await _kiln.RunAsync("delete", "build-image", "read-image")).Expect(0).Output);
        Assert.Contains("in use", (await _kiln.RunAsync("delete", "build-image", "ubuntu 20.04")).Expect(2).Errors);
    }

    [Fact]
    public async Task Bash_completes_commands_and_kinds()
    {
        var script = (await _kiln.RunAsync("completion", "bash")).Expect(0).Output;
        await File.WriteAllTextAsync(_scratch["completion.sh"], script, Token);
        using var bash = Process.Start(new ProcessStartInfo("bash",
        [
            "-c",
            $"""
            PATH={Path.GetDirectoryName(Binaries.Kiln)}:$PATH; . {_scratch["completion.sh"]}
            COMP_LINE='kiln get build-' COMP_POINT=15 COMP_WORDS=(kiln get build-) COMP_CWORD=2; _kiln; echo "${"{COMPREPLY[*]}"}"
            COMP_LINE='kiln arti' COMP_POINT=9 COMP_WORDS=(kiln arti) COMP_CWORD=1; _kiln; echo "${"{COMPREPLY[*]}"}"
            """,
        ]) { RedirectStandardOutput = true, UseShellExecute = false })!;

        Assert.Equal("build-image build-template\nartifacts\n", await bash.StandardOutput.ReadToEndAsync(Token));
    }

    [Fact]
    public async Task A_terminal_gets_colours_and_lines_that_fit_unless_it_wants_none()
    {
        await _builds.DefineAsync("read-构建-with-a-name-that-is-longer-than-anybody-would-ever-want-to-type", "true", Token);

        var painted = await InTerminalAsync("NO_COLOR= ");
        var plain = await InTerminalAsync("NO_COLOR=1 ");

        Assert.Contains("\e[2mPROJECT\e[0m", painted);
        Assert.DoesNotContain("\e[", plain);
        Assert.Contains("…", plain);
        Assert.All(plain.Split("\r\n"), line => Assert.True(line.Length <= 40, line));

        async Task<string> InTerminalAsync(string variables) => (await _kiln.InTerminalAsync(
            $"stty cols 40; {variables}TERM=xterm {Binaries.Kiln} get build --project yaml")).Expect(0).Output.Replace(SetUp, "");
    }
}
