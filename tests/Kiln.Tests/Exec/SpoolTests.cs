using Kiln.Contracts.Exec;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Exec;

public sealed class SpoolTests
{
    [Fact]
    public async Task A_full_spool_makes_the_writer_wait_until_the_log_is_acknowledged()
    {
        await using var run = await ExecRun.StartAsync(new KeyValuePair<string, string>(ExecProtocol.SpoolLimitVariable, "1000000"));
        await run.HelloAsync();
        await run.SendAsync(run.Shell("one", @"head -c 12000000 /dev/zero | tr '\0' a; printf end"));
        var waits = 0;
        ExecNotice notice;
        while ((notice = await run.NextAsync<ExecNotice>()) is not ExecNotice.Ended)
        {
            if (notice is ExecNotice.Log { IsWaiting: true } log)
            {
                waits++;
                await run.SendAsync(new ExecCommand.Acknowledge(log.Length));
            }
        }

        var ended = Assert.IsType<ExecNotice.Ended>(notice);
        Assert.Equal((0, 12_000_003L), (ended.ExitCode, ended.LogEnd));
        Assert.InRange(waits, 2, 12);
        Assert.EndsWith("aaaend", run.Log);
    }

    [Fact]
    public async Task A_command_that_waits_for_the_spool_can_be_stopped()
    {
        await using var run = await ExecRun.StartAsync(new KeyValuePair<string, string>(ExecProtocol.SpoolDiskVariable, "0"));
        await run.HelloAsync();
        await run.SendAsync(run.Shell("one", "yes"));
        await run.NextAsync<ExecNotice.Started>();
        await run.SendAsync(new ExecCommand.Stop("cancelled", 0));
        var ended = await run.NextAsync<ExecNotice.Ended>();

        Assert.Equal("cancelled", ended.Stopped);
        Assert.True((await run.FinishAsync()).LogLength >= ended.LogEnd);
    }

    [Fact]
    public async Task Secrets_reach_neither_log_nor_journal_nor_any_other_file_of_the_run()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync("hunter2hunter2");
        var ended = await run.RunAsync(run.Script(
            "A=hunter2; printf $A; A=$A$A; echo hunter2; echo $A | base64; echo ::add-mask::other-secret; echo other-secret; B=other-secret",
            "A", "B"));
        await run.FinishAsync();

        Assert.Equal([new("A", "hunter2hunter2"), new("B", "other-secret")], ended.Outputs);
        Assert.StartsWith("********\n********", run.Log);
        Assert.EndsWith("::add-mask::********\n********\n", run.Log);
        Assert.Equal(
            ["********", "********"],
            ExecJournal.Read(run.RunDirectory).History.Single().Outputs.Select(output => output.Value));
        Assert.All(
            Directory.GetFiles(run.RunDirectory).Where(file => !file.EndsWith("script.sh")),
            file => Assert.DoesNotContain("hunter2hunter2", File.ReadAllText(file)));
    }

    [Fact]
    public async Task Git_is_given_the_credential_of_its_own_command_and_no_other_process_is()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        var helper = $"git -c credential.helper= -c \"credential.helper=!'{KilnBinaries.Exec}' credential\" credential fill";
        var line = $"printf 'protocol=https\\nhost=git.example.com:8443\\n\\n' | {helper}";
        var fill = run.Shell("fill", line, capture: true) with
        {
            Environment = [.. ExecRun.Path, new("GIT_TERMINAL_PROMPT", "0"), new("HOME", run.Workspace)],
            Credentials = [new("https://git.example.com:8443", "robot", "t0ken-value")],
        };
        var ended = await run.RunAsync(fill);
        var stranger = await run.RunAsync(fill with { Id = "other", Credentials = [new("https://elsewhere", "a", "b")] });

        Assert.Contains("username=robot\npassword=t0ken-value\n", ended.Captured);
        Assert.NotEqual(0, stranger.ExitCode);
        Assert.DoesNotContain("password=", stranger.Captured);
    }
}
