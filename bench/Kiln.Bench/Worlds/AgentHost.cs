using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Worlds;

/// <summary>A kiln-agent in a process of its own, which can be killed and started again.</summary>
public sealed class AgentHost : IAsyncDisposable
{
    private readonly string[] _arguments;
    private readonly string _directory;
    private readonly (string Name, string Value)[] _environment;
    private readonly ProgramStart _command;
    private RunningProgram _program;

    private AgentHost(
        string[] arguments,
        string directory,
        (string Name, string Value)[] environment,
        ProgramStart command)
    {
        _command = command;
        _arguments = arguments;
        _directory = directory;
        _environment = environment;
        _program = Launch();
    }

    public int ProcessId => _program.Process.Id;

    /// <summary>What it said since its last start.</summary>
    public string Log => _program.Errors;

    /// <summary>Starts one and waits until the server has taken it.</summary>
    /// <param name="server">Its server.</param>
    /// <param name="directory">Where its data goes.</param>
    /// <param name="capacity">Runs at once.</param>
    /// <param name="environment">Its environment.</param>
    /// <param name="command">How the program is started with its arguments.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<AgentHost> StartAsync(
        KilnServer server,
        string directory,
        int capacity,
        (string Name, string Value)[] environment,
        ProgramStart command,
        CancellationToken cancellationToken)
    {
        var token = await server.NewAgentTokenAsync("agent", cancellationToken);
        string[] arguments =
        [
            "--server", server.Address.AbsoluteUri, "--data", Path.Combine(directory, "agent"), "--name", "agent",
            "--capacity", $"{capacity}", "--labels", "bench",
        ];
        var agent = new AgentHost(arguments, directory, [("KILN_AGENT_TOKEN", token), ("HOME", directory), .. environment], command);
        await agent._program.ComplainsAsync("is connected", cancellationToken);
        return agent;
    }

    /// <summary>SIGKILL.</summary>
    public async Task CrashAsync(CancellationToken cancellationToken)
    {
        Signal.Crash(ProcessId);
        await _program.ExitAsync(cancellationToken);
    }

    /// <summary>Starts it after <see cref="CrashAsync"/>, in the same directory.</summary>
    public async Task RestartAsync()
    {
        await _program.DisposeAsync();
        _program = Launch();
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private RunningProgram Launch()
    {
        var (file, arguments) = _command(Binaries.Agent, _arguments);
        return RunningProgram.Start(file, arguments, _directory, _environment);
    }
}
