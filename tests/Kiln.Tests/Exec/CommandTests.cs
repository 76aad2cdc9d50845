using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Exec;

public sealed class CommandTests
{
    [Fact]
    public async Task A_command_ends_with_its_exit_code_and_its_bytes()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.SendAsync(run.Shell("one", "echo out; echo err >&2; printf 'no newline'; exit 7"));
        var started = await run.NextAsync<ExecNotice.Started>();
        var ended = await run.NextAsync<ExecNotice.Ended>();

        Assert.Equal("one", started.Id);
        Assert.Equal(7, ended.ExitCode);
        Assert.Null(ended.Signal);
        Assert.Equal("out\nerr\nno newline", run.Log);
        Assert.Equal((0, run.Log.Length), (ended.LogStart, ended.LogEnd));
    }

    [Fact]
    public async Task Each_of_300_short_commands_ends_with_its_own_exit_code()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        for (var i = 0; i < 300; i++)
        {
            var ended = await run.RunAsync(run.Shell($"short-{i}", $"echo {i}; exit {i % 256}"));
            Assert.Equal((i % 256, $"short-{i}"), (ended.ExitCode, ended.Id));
        }

        Assert.Equal(string.Concat(Enumerable.Range(0, 300).Select(i => $"{i}\n")), run.Log);
    }

    [Theory]
    [InlineData("SEGV", 11)]
    [InlineData("KILL", 9)]
    [InlineData("TERM", 15)]
    public async Task A_command_that_a_signal_ended_has_no_exit_code(string name, int number)
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        var ended = await run.RunAsync(run.Shell("one", $"kill -{name} $$"));

        Assert.Equal((null, number), (ended.ExitCode, ended.Signal));
    }

    [Fact]
    public async Task Stdout_and_stderr_keep_the_order_they_were_written_in()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.RunAsync(run.Shell("one", "for i in {1..500}; do echo o$i; echo e$i >&2; done"));

        Assert.Equal(string.Concat(Enumerable.Range(1, 500).Select(i => $"o{i}\ne{i}\n")), run.Log);
    }

    [Fact]
    public async Task Long_lines_carriage_returns_and_bytes_that_are_no_text_stay_as_they_are()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync("hunter2hunter2");
        await run.RunAsync(run.Shell(
            "one", @"head -c 10000000 /dev/zero | tr '\0' x; printf '10%%\r20%%\r\n\000\377\376 end'"));

        var expected = new byte[10_000_000];
        Array.Fill(expected, (byte)'x');
        Assert.Equal([.. expected, .. "10%\r20%\r\n\0"u8, 255, 254, .. " end"u8], run.LogBytes);
    }

    [Fact]
    public async Task A_process_gets_only_the_environment_it_was_given_and_three_descriptors()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.RunAsync(new ExecCommand.Start(
            "env", ["env"], [.. ExecRun.Path, new("A", "1"), new("A", "2")], run.Workspace, null, Capture: false, []));
        await run.RunAsync(run.Shell("fds", "cat; ls /proc/self/fd | head -n -1 | tr '\\n' ' '; pwd"));

        var lines = run.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["A=2", $"KILN_RUN_MARK={run.RunId}", $"PATH={ExecRun.Path[0].Value}"], lines[..3].Order());
        Assert.Equal($"0 1 2 {run.Workspace}", lines[3]);
    }

    [Fact]
    public async Task Captured_stdout_stays_out_of_the_log_and_stdin_is_given()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        var large = new string('x', 300_000);
        var ended = await run.RunAsync(run.Shell("one", "cat; echo seen >&2", capture: true, stdin: large));

        Assert.Equal(large, ended.Captured);
        Assert.Equal("seen\n", run.Log);
    }

    [Fact]
    public async Task What_cannot_be_started_is_refused_with_the_reason_and_the_log_is_not_touched()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await File.WriteAllTextAsync(Path.Combine(run.Workspace, "plain"), "text", run.Token);
        Assert.Contains("was not found on PATH", await RefusalAsync(run, "no-such-program", run.Workspace));
        Assert.Contains("not an executable file", await RefusalAsync(run, "./plain", run.Workspace));
        Assert.Contains("working directory", await RefusalAsync(run, "true", "/no/such/directory"));

        await run.SendAsync(run.Shell("long", "sleep 1000"));
        await run.NextAsync<ExecNotice.Started>();
        Assert.Contains("long still runs", await RefusalAsync(run, "true", run.Workspace));
        Assert.Empty(run.LogBytes);
    }

    [Fact]
    public async Task A_script_that_writes_through_a_process_of_its_own_loses_nothing()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.RunAsync(run.Script("exec > >(cat) 2>&1\nseq 20000\n"));

        Assert.Equal(string.Concat(Enumerable.Range(1, 20000).Select(i => $"{i}\n")), run.Log);
    }

    [Theory]
    [InlineData("sleep 1000 > /dev/null 2>&1 &")]
    [InlineData("sleep 1000 &")]
    [InlineData("yes &")]
    [InlineData("nohup setsid sh -c 'sleep 1000' > /dev/null 2>&1 &")]
    public async Task What_a_script_leaves_in_the_background_ends_with_it(string leftover)
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        var ended = await run.RunAsync(run.Script($"echo first\n{leftover}\nexit 3\n"));

        Assert.Equal(3, ended.ExitCode);
        Assert.StartsWith("first\n", run.Log);
        Assert.Empty(run.Survivors());
    }

    [Fact]
    public async Task Kilns_own_words_stand_on_lines_of_their_own_and_are_masked()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync("hunter2");
        await run.SendAsync(new ExecCommand.Say("hello\nhunter2"));
        await run.RunAsync(run.Shell("one", "printf 'no newline'"));
        await run.SendAsync(new ExecCommand.Say("bye"));
        var end = await run.FinishAsync();

        const string kiln = "\e[2m[kiln]\e[0m ";
        Assert.Equal($"{kiln}hello\n{kiln}********\nno newline\n{kiln}bye\n", run.Log);
        Assert.Equal(Encoding.UTF8.GetByteCount(run.Log), end.LogLength);
    }

    private static async Task<string> RefusalAsync(ExecRun run, string program, string directory)
    {
        await run.SendAsync(new ExecCommand.Start(
            Guid.NewGuid().ToString("N"), [program], ExecRun.Path, directory, null, Capture: false, []));
        return (await run.NextAsync<ExecNotice.Refused>()).Message;
    }
}
