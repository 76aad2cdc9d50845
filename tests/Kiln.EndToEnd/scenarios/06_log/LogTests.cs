using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>What a script writes is what the API gives, byte for byte.</summary>
public sealed class LogTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private readonly BuildDriver _builds = new(fixture.Server);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_byte_value_comes_through_and_no_newline_is_added()
    {
        var every = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();

        var run = await _builds.RunAsync("log-binary", $"printf '{string.Concat(every.Select(value => $"\\{Convert.ToString(value, 8).PadLeft(3, '0')}"))}'", Token);

        Assert.Equal(every, await _builds.LogAsync(run.RunId, "script", Token));
    }

    [Fact]
    public async Task Carriage_returns_of_a_progress_bar_are_kept()
    {
        var run = await _builds.RunAsync("log-progress", @"printf '10%%\r50%%\r100%%\ndone'", Token);

        Assert.Equal("10%\r50%\r100%\ndone"u8.ToArray(), await _builds.LogAsync(run.RunId, "script", Token));
    }

    [Fact]
    public async Task A_line_of_ten_megabytes_is_whole()
    {
        const int size = 10 * 1024 * 1024;

        var run = await _builds.RunAsync("log-long-line", $"head -c {size} /dev/zero | tr '\\0' x; echo", Token);

        var log = await _builds.LogAsync(run.RunId, "script", Token);
        Assert.Equal(size + 1, log.Length);
        Assert.Equal(size, log.AsSpan().IndexOfAnyExcept((byte)'x'));
    }

    [Fact]
    public async Task Output_and_errors_keep_their_order()
    {
        var run = await _builds.RunAsync("log-order", "for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done", Token);

        var expected = string.Concat(Enumerable.Range(1, 5).Select(i => $"out {i}\nerr {i}\n"));
        Assert.Equal(System.Text.Encoding.ASCII.GetBytes(expected), await _builds.LogAsync(run.RunId, "script", Token));
    }

    [Fact]
    public async Task The_last_line_of_a_very_short_build_is_kept_three_hundred_times()
    {
        await _builds.DefineAsync("log-short", "echo last", Token);
        var runs = new List<long>();
        for (var i = 0; i < 300; i++)
        {
            runs.Add(await _builds.StartAsync("log-short", Token));
        }

        foreach (var runId in runs)
        {
            await _builds.EndAsync(runId, Token);
            Assert.Equal("last\n"u8.ToArray(), await _builds.LogAsync(runId, "script", Token));
        }
    }

    [Fact]
    public async Task The_client_writes_the_same_bytes()
    {
        var run = await _builds.RunAsync("log-client", @"printf 'a\001\377b'", Token);
        var file = Path.GetTempFileName();

        await using var logs = RunningProgram.Start(
            "/bin/sh",
            ["-c", $"'{Binaries.Kiln}' logs {run.RunId} --server {fixture.Server.Address} > '{file}'"],
            "/",
            ("KILN_TOKEN", fixture.Server.Token));

        Assert.Equal(0, await logs.ExitAsync(Token));
        Assert.Equal(await _builds.LogAsync(run.RunId, "", Token), await File.ReadAllBytesAsync(file, Token));
    }
}
