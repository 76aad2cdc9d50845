using System.Diagnostics;
using System.Net.Sockets;
using Kiln.Contracts.Exec;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Exec;

/// <summary>Scripts that run in a room: another process tree, in a pod another container.</summary>
public sealed class RoomTests
{
    [Fact]
    public async Task A_script_in_a_room_is_as_if_it_ran_beside_its_exec()
    {
        using var room = await OpenRoom.StartAsync();
        await using var run = await ExecRun.StartAsync(room.ForExec);
        await run.HelloAsync("s3cret-value");

        var ended = await run.RunAsync(run.Script("echo out; echo err >&2; echo s3cret-value; export VERSION=1.2; exit 7", "VERSION"));

        Assert.Equal(7, ended.ExitCode);
        Assert.Equal("out\nerr\n********\n", run.Log);
        Assert.Equal(["VERSION=1.2"], ended.Outputs.Select(output => $"{output.Key}={output.Value}"));
    }

    [Fact]
    public async Task Its_processes_are_the_rooms_and_not_the_execs()
    {
        using var room = await OpenRoom.StartAsync();
        await using var run = await ExecRun.StartAsync(room.ForExec);
        await run.HelloAsync();

        await run.RunAsync(run.Script("echo $PPID"));

        Assert.Equal($"{room.Pid}\n", run.Log);
    }

    [Fact]
    public async Task A_signal_that_ends_the_script_is_told_as_that_signal()
    {
        using var room = await OpenRoom.StartAsync();
        await using var run = await ExecRun.StartAsync(room.ForExec);
        await run.HelloAsync();

        var ended = await run.RunAsync(run.Script("kill -USR1 $$"));

        Assert.Equal((null, 10), (ended.ExitCode, ended.Signal));
    }

    [Fact]
    public async Task TERM_reaches_the_script_and_its_own_end_counts()
    {
        using var room = await OpenRoom.StartAsync();
        await using var run = await ExecRun.StartAsync(room.ForExec);
        await run.HelloAsync();
        await run.SendAsync(run.Script("trap 'echo bye; exit 5' TERM\necho up\nwhile :; do sleep 0.05; done\n"));
        await run.NextAsync<ExecNotice.Log>(log => log.Length >= 3);

        await run.SendAsync(new ExecCommand.Stop("cancelled", 50_000));
        var ended = await run.NextAsync<ExecNotice.Ended>();

        Assert.Equal(("cancelled", 5), (ended.Stopped, ended.ExitCode));
        Assert.EndsWith("bye\n", run.Log);
    }

    [Fact]
    public async Task A_tree_that_ignores_TERM_is_killed_in_the_room_after_its_grace()
    {
        using var room = await OpenRoom.StartAsync();
        await using var run = await ExecRun.StartAsync(room.ForExec);
        await run.HelloAsync();
        await run.SendAsync(run.Script("trap '' TERM; (setsid sleep 1000 &); echo up; while :; do sleep 1; done"));
        await run.NextAsync<ExecNotice.Log>(log => log.Length >= 3);

        await run.SendAsync(new ExecCommand.Stop("cancelled", 50));
        await run.NextAsync<ExecNotice.Ended>();
        var next = await run.RunAsync(run.Script("echo again") with { Id = "next" });

        Assert.Equal(0, next.ExitCode);
        Assert.Empty(run.Survivors());
    }

    [Fact]
    public async Task A_room_that_is_killed_is_noted_and_looks_like_a_kill()
    {
        using var room = await OpenRoom.StartAsync();
        await using var run = await ExecRun.StartAsync(room.ForExec);
        await run.HelloAsync();
        await run.SendAsync(run.Script("echo up; sleep 1000"));
        await run.NextAsync<ExecNotice.Log>(log => log.Length >= 3);

        room.Kill();
        var ended = await run.NextAsync<ExecNotice.Ended>();

        Assert.Equal(9, ended.Signal);
        Assert.Equal(RoomProtocol.Gone, File.ReadAllText(Path.Combine(run.RunDirectory, $"script{RoomProtocol.NoteSuffix}")));
    }

    [Fact]
    public async Task A_program_that_the_room_does_not_have_is_said_in_the_log()
    {
        using var room = await OpenRoom.StartAsync();
        await using var run = await ExecRun.StartAsync(
            [.. room.ForExec, new(RoomProtocol.BashVariable, "/no/such/bash")]);
        await run.HelloAsync();

        var ended = await run.RunAsync(run.Script("echo hi"));

        Assert.Equal(126, ended.ExitCode);
        Assert.Contains("/no/such/bash is not an executable file", run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_room_ends_when_it_is_told_to()
    {
        using var room = await OpenRoom.StartAsync();

        await room.FinishAsync();

        Assert.Equal(0, await room.ExitAsync());
    }

    /// <summary>A real room.</summary>
    private sealed class OpenRoom : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kiln-room-");
        private readonly Process _process;

        private OpenRoom() => _process = Process.Start(KilnBinaries.Exec, ["room", _directory.FullName]);

        public int Pid => _process.Id;

        public KeyValuePair<string, string>[] ForExec =>
            [new(RoomProtocol.DirectoryVariable, _directory.FullName), new(RoomProtocol.BashVariable, "/bin/bash")];

        private string SocketPath => Path.Combine(_directory.FullName, RoomProtocol.SocketFile);

        public static async Task<OpenRoom> StartAsync()
        {
            var room = new OpenRoom();
            while (!File.Exists(room.SocketPath))
            {
                await Task.Yield();
            }
            return room;
        }

        public void Kill() => _process.Kill();

        public async Task<int> ExitAsync()
        {
            await _process.WaitForExitAsync();
            return _process.ExitCode;
        }

        public async Task FinishAsync()
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
            await socket.SendAsync(new[] { RoomProtocol.Finish });
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }
            _process.Dispose();
            _directory.Delete(recursive: true);
        }
    }
}
