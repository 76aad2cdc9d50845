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
    public async Task Finish_seals_the_log_and_exec_exits()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.SendAsync(new ExecCommand.Say("hello\nworld"));
        var end = await run.FinishAsync();

        Assert.Equal("\e[2m[kiln]\e[0m hello\n\e[2m[kiln]\e[0m world\n", run.Log);
        Assert.Equal(run.Log.Length, end.LogLength);
        Assert.True(ExecJournal.Read(run.RunDirectory).IsSealed);
    }

    [Fact]
    public async Task A_script_yields_its_variables_as_outputs()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        var ended = await run.RunAsync(run.Script("A=1\nexport B='two\nlines'\nexit 3\n", "A", "B", "C"));

        Assert.Equal(3, ended.ExitCode);
        Assert.Equal([new("A", "1"), new("B", "two\nlines")], ended.Outputs);
        Assert.Equal(["C"], ended.MissingOutputs);
    }
}
