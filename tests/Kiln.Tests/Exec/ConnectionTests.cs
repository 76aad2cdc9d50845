using Kiln.Contracts.Exec;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Exec;

public sealed class ConnectionTests
{
    [Fact]
    public async Task A_runner_that_comes_back_finds_the_command_and_gets_its_end()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.RunAsync(run.Shell("fifo", "mkfifo fifo"));
        await run.SendAsync(run.Script("echo one; read line < fifo; echo $line; exit 4"));
        await run.NextAsync<ExecNotice.Log>(log => log.Length >= 4);
        await run.ConnectAsync();
        var state = await run.HelloAsync();
        Assert.Equal("script", state.Running?.Id);
        Assert.Equal(["fifo"], state.History.Select(ended => ended.Id));

        await File.WriteAllTextAsync(Path.Combine(run.Workspace, "fifo"), "two\n", run.Token);
        Assert.Equal(4, (await run.NextAsync<ExecNotice.Ended>()).ExitCode);
        Assert.Equal("one\ntwo\n", run.Log);
    }

    [Fact]
    public async Task A_start_whose_id_is_known_starts_nothing_and_answers_what_was()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        var first = await run.RunAsync(run.Shell("one", "echo once; exit 6"));
        await run.ConnectAsync();
        await run.HelloAsync();
        await run.SendAsync(run.Shell("one", "echo once; exit 6"));
        var started = await run.NextAsync<ExecNotice.Started>();
        var again = await run.NextAsync<ExecNotice.Ended>();

        Assert.Equal(("one", first.ExitCode, first.LogEnd), (started.Id, again.ExitCode, again.LogEnd));
        Assert.Equal("once\n", run.Log);
    }

    [Fact]
    public async Task A_second_runner_takes_the_place_of_the_first()
    {
        await using var run = await ExecRun.StartAsync();
        await using var first = await ExecConnection.ConnectAsync(run.RunDirectory, run.Token);
        await first!.SendAsync(new ExecCommand.Hello(ExecProtocol.Version, [], null, 0), run.Token);
        await using var notices = first.ReadAllAsync(run.Token).GetAsyncEnumerator(run.Token);
        Assert.True(await notices.MoveNextAsync());
        await run.HelloAsync();

        Assert.False(await notices.MoveNextAsync());
        Assert.Equal(0, (await run.RunAsync(run.Shell("one", "true"))).ExitCode);
    }

    [Fact]
    public async Task Polite_signals_do_not_end_exec()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.RunAsync(run.Shell("one", "kill -TERM $PPID; kill -HUP $PPID; kill -INT $PPID; kill -QUIT $PPID; kill -PIPE $PPID"));

        Assert.Equal(0, (await run.RunAsync(run.Shell("two", "true"))).ExitCode);
    }

    [Fact]
    public async Task A_killed_exec_leaves_a_journal_and_marked_processes()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.RunAsync(run.Shell("before", "echo kept; exit 2"));
        await run.SendAsync(run.Script("setsid sleep 1000 &\necho up\nsleep 1000\n"));
        var started = await run.NextAsync<ExecNotice.Started>();
        await run.NextAsync<ExecNotice.Log>(log => log.Length >= 8);
        await run.KillExecAsync();

        Assert.Null(await ExecConnection.ConnectAsync(run.RunDirectory, run.Token));
        var state = ExecJournal.Read(run.RunDirectory);
        Assert.Equal(started, state.Running);
        Assert.Equal(("before", 2), (state.History.Single().Id, state.History.Single().ExitCode));
        Assert.Equal(8, state.LogLength);
        Assert.Contains(started.Pid, run.Survivors());

        var second = await ExecLaunch.StartAsync(KilnBinaries.Exec, run.RunDirectory, run.RunId, [], run.Token);
        Assert.Contains("belongs to another exec", Assert.IsType<ExecLaunch.Failed>(second).Message);
    }

    [Fact]
    public async Task A_run_directory_may_have_a_path_longer_than_a_socket_address()
    {
        await using var run = await ExecRun.StartAsync(name: new string('d', 200));
        await run.HelloAsync();

        Assert.Equal(3, (await run.RunAsync(run.Script("exit 3", "A"))).ExitCode);
    }

    [Fact]
    public async Task Nobody_else_may_look_into_the_run_directory()
    {
        await using var run = await ExecRun.StartAsync();
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(run.RunDirectory));
        Assert.All(Directory.GetFiles(run.RunDirectory), file => Assert.Equal(owner, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_process_of_the_run_cannot_pose_as_its_runner()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        var hello = new FrameWriter();
        ExecCommandCodec.Write(hello, new ExecCommand.Hello(ExecProtocol.Version, [], null, 0));
        ExecCommandCodec.Write(hello, new ExecCommand.Stop("cancelled", 0));
        await File.WriteAllBytesAsync(Path.Combine(run.Workspace, "hello"), hello.Written.ToArray(), run.Token);
        var ended = await run.RunAsync(run.Shell("one", $"""
            python3 -c 'import socket
            s = socket.socket(socket.AF_UNIX)
            s.connect("{run.RunDirectory}/exec.sock")
            s.send(open("hello", "rb").read())
            s.shutdown(1)
            s.recv(1)'
            exit 4
            """));

        Assert.Equal((4, null), (ended.ExitCode, ended.Stopped));
    }
}
