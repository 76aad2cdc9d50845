using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary><c>kiln up</c> as a person at a terminal meets it.</summary>
public sealed class ServingTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private Gate? _gate;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _gate?.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Ctrl_C_ends_up_and_its_server()
    {
        await using var up = Up("--listen", "127.0.0.1:0", "--data", _scratch["data"]);
        await up.SaysAsync("Serving until Ctrl-C.", Token);
        var server = ProcessTable.All().Single(process => process.CommandLine.Contains("kiln-server") && process.BelongsTo(_scratch.Path));

        Signal.Interrupt(up.Process);

        Assert.Equal(130, await up.ExitAsync(Token));
        Assert.DoesNotContain(ProcessTable.All(), process => process.Pid == server.Pid);
    }

    [Fact]
    public async Task A_kill_ends_up_and_its_server_without_complaint()
    {
        await using var up = Up("--listen", "127.0.0.1:0", "--data", _scratch["data"]);
        await up.SaysAsync("Serving until Ctrl-C.", Token);

        Signal.Terminate(up.Process);

        Assert.Equal(0, await up.ExitAsync(Token));
        Assert.DoesNotContain(ProcessTable.All(), process => process.CommandLine.Contains("kiln-server") && process.BelongsTo(_scratch.Path));
    }

    [Fact]
    public async Task The_terminal_tells_where_the_token_is_and_never_what_it_is()
    {
        await using var up = Up("--listen", "127.0.0.1:0", "--data", _scratch["data"]);
        await up.SaysAsync("Serving until Ctrl-C.", Token);

        var token = (await File.ReadAllTextAsync(_scratch["data/admin-token"], Token)).Trim();

        Assert.Contains(_scratch["data/admin-token"], up.Output);
        Assert.DoesNotContain(token, up.Output + up.Errors);
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused_with_the_reason()
    {
        await using var first = Up("--listen", "127.0.0.1:0", "--data", _scratch["data"]);
        await first.SaysAsync("Serving until Ctrl-C.", Token);

        await using var second = Up("--listen", "127.0.0.1:0", "--data", _scratch["data"]);

        Assert.Equal(5, await second.ExitAsync(Token));
        Assert.Contains($"The data directory {_scratch["data"]}", second.Errors);
    }

    [Fact]
    public async Task A_path_with_a_space_is_served_and_warned_about()
    {
        await using var up = Up("--listen", "127.0.0.1:0", "--data", _scratch["my data"]);

        await up.SaysAsync("Serving until Ctrl-C.", Token);

        Assert.Contains("has a space in its path", up.Errors);
    }

    [Fact]
    public async Task Once_without_demo_is_a_usage_error_that_says_what_to_do()
    {
        await using var up = Up("--once");

        Assert.Equal(2, await up.ExitAsync(Token));
        Assert.Contains("give both", up.Errors);
    }

    [Fact]
    public async Task A_wrong_setting_ends_up_with_its_reason()
    {
        await using var up = Up("--listen", "nonsense");

        Assert.Equal(2, await up.ExitAsync(Token));
        Assert.Contains("--listen must be", up.Errors);
    }

    [Fact]
    public async Task A_command_that_finds_no_server_says_so()
    {
        await using var runs = RunningProgram.Start(
            Binaries.Kiln, ["runs", "--server", "http://127.0.0.1:1", "--token", "none"], _scratch.Path);

        Assert.Equal(5, await runs.ExitAsync(Token));
        Assert.Contains("cannot be reached", runs.Errors);
    }

    [Fact]
    public async Task A_killed_server_comes_back_on_its_data_with_the_same_token()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token);

        await server.CrashAsync(Token);
        await server.RestartAsync(Token);

        using var answer = await server.Http.GetAsync("openapi/system/tokens", Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task Ctrl_C_stops_the_runs_of_this_machine_too_and_keeps_their_ends()
    {
        await using var up = Up("--demo", "--listen", "127.0.0.1:0", "--data", _scratch["data"], "--grace", "20s");
        await up.SaysAsync("Serving until Ctrl-C.", Token);
        var runId = await BeginAsync(up, $"trap 'echo cleaned up; exit 3' TERM; read -r _ < {_scratch["gate"]} & wait");

        Signal.Interrupt(up.Process);
        Assert.Equal(130, await up.ExitAsync(Token));

        Assert.DoesNotContain(ProcessTable.All(), process => process.BelongsTo(_scratch["data"]));
        await using var next = await KilnServer.StartAsync(_scratch, Token);
        var run = await new BuildDriver(next).EndAsync(runId, Token);
        Assert.Equal((RunStatus.Cancelled, RunReason.AgentStopped), (run.Status, run.Reason));
        Assert.Equal("cleaned up\n"u8.ToArray(), await new BuildDriver(next).LogAsync(runId, "script", Token));
    }

    [Fact]
    public async Task A_kill_of_up_and_its_server_leaves_the_runs_alone()
    {
        await using var up = Up("--demo", "--listen", "127.0.0.1:0", "--data", _scratch["data"]);
        await up.SaysAsync("Serving until Ctrl-C.", Token);
        var runId = await BeginAsync(up, $"read -r _ < {_scratch["gate"]}; echo lived on");
        var server = ProcessTable.All().Single(process => process.CommandLine.Contains("kiln-server") && process.BelongsTo(_scratch.Path));

        Signal.Crash(up.Process.Id);
        Signal.Crash(server.Pid);
        await up.ExitAsync(Token);
        _gate!.Open();

        await using var next = await KilnServer.StartAsync(_scratch, Token);
        var run = await new BuildDriver(next).EndAsync(runId, Token);
        Assert.Equal(RunStatus.Passed, run.Status);
        Assert.Equal("lived on\n"u8.ToArray(), await new BuildDriver(next).LogAsync(runId, "script", Token));
    }

    /// <summary>Starts a run on the server of an <c>up</c> and waits until its script stands at the gate.</summary>
    private async Task<long> BeginAsync(RunningProgram up, string script)
    {
        _gate = new Gate(_scratch, "gate");
        // Not disposed: the server is the test's to end.
        var builds = new BuildDriver(KilnServer.Of(_scratch, up));
        await builds.DefineAsync("stays", script, Token);
        var runId = await builds.StartAsync("stays", Token);
        await _gate.ArrivedAsync(Token);
        return runId;
    }

    private RunningProgram Up(params string[] options) =>
        RunningProgram.Start(Binaries.Kiln, ["up", .. options], _scratch.Path, ("HOME", _scratch.Path));
}
