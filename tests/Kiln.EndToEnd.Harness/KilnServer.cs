using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kiln.Cli.Servers;
using Kiln.Contracts.Client;

namespace Kiln.EndToEnd.Harness;

/// <summary>A real kiln-server with the demo data on a free port, which can be killed and started again.</summary>
public sealed class KilnServer : IAsyncDisposable
{
    private readonly Scratch _scratch;
    private readonly string[] _options;
    private readonly (string Name, string Value)[] _environment;
    private readonly ProgramStart _command;
    private RunningProgram _program;

    private KilnServer(
        Scratch scratch,
        string[] options,
        (string Name, string Value)[] environment,
        ProgramStart command,
        RunningProgram program,
        Uri address)
    {
        _command = command;
        _scratch = scratch;
        _options = options;
        _environment = environment;
        _program = program;
        Address = address;
        Token = File.ReadAllText(Path.Combine(DataDirectory, "admin-token")).Trim();
        Client = new KilnClient(address, Token);
        Http = new HttpClient { BaseAddress = address };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public Uri Address { get; }

    public string Token { get; }

    /// <summary>The typed client.</summary>
    public KilnClient Client { get; }

    /// <summary>The bare API, with the admin token.</summary>
    public HttpClient Http { get; }

    public string DataDirectory => _scratch["data"];

    public string Log => _program.Errors;

    /// <summary>Id of its process, another one after each start.</summary>
    public int ProcessId => _program.Process.Id;

    public static Task<KilnServer> StartAsync(Scratch scratch, CancellationToken cancellationToken, params string[] options) =>
        StartAsync(scratch, ["--demo", .. options], [], cancellationToken);

    /// <summary>Starts one with options and environment as they are given, without the demo unless they ask for it.</summary>
    public static Task<KilnServer> StartAsync(
        Scratch scratch, string[] options, (string Name, string Value)[] environment, CancellationToken cancellationToken) =>
        StartAsync(scratch, "127.0.0.1", options, environment, cancellationToken);

    /// <summary>Starts one that listens on another address of this machine.</summary>
    /// <param name="scratch">Where its data goes.</param>
    /// <param name="host">The address.</param>
    /// <param name="options">Its options.</param>
    /// <param name="environment">Its environment.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="command">How the program is started with its arguments; <c>null</c> = as it is.</param>
    public static async Task<KilnServer> StartAsync(
        Scratch scratch,
        string host,
        string[] options,
        (string Name, string Value)[] environment,
        CancellationToken cancellationToken,
        ProgramStart? command = null)
    {
        command ??= AsItIs;
        var (program, address) = await LaunchAsync(scratch, $"{host}:0", options, environment, command, cancellationToken);
        return new KilnServer(scratch, options, environment, command, program, address);
    }

    /// <summary>Speaks to the server of a <c>kiln up</c> that has said where it serves.</summary>
    public static KilnServer Of(Scratch scratch, RunningProgram up)
    {
        const string said = "Kiln serves on ";
        var line = up.Output.Split('\n').First(line => line.StartsWith(said, StringComparison.Ordinal));
        return new KilnServer(scratch, ["--demo"], [], AsItIs, up, new Uri(line[said.Length..]));
    }

    /// <summary>Makes a token for an agent.</summary>
    public async Task<string> NewAgentTokenAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await Http.PostAsJsonAsync(
            "openapi/system/tokens", new JsonObject { ["name"] = name, ["kind"] = "agent" }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!["token"]!;
    }

    /// <summary>Starts an agent that keeps everything in <c>agent</c> below the scratch directory and takes one run at a time.</summary>
    public async Task<RunningProgram> JoinAsync(
        Scratch scratch, string name, (string Name, string Value)[] environment, CancellationToken cancellationToken) => RunningProgram.Start(
            Binaries.Agent,
            [
                "--server", Address.AbsoluteUri, "--token", await NewAgentTokenAsync(name, cancellationToken),
                "--name", name, "--capacity", "1", "--data", scratch["agent"],
            ],
            scratch.Path,
            environment);

    /// <summary>Kills the server as a crash does.</summary>
    public async Task CrashAsync(CancellationToken cancellationToken)
    {
        Signal.Crash(_program.Process.Id);
        await _program.ExitAsync(cancellationToken);
    }

    /// <summary>Presses Ctrl-C and waits for the end.</summary>
    public async Task InterruptAsync(CancellationToken cancellationToken)
    {
        Signal.Interrupt(_program.Process);
        await _program.ExitAsync(cancellationToken);
    }

    /// <summary>Starts it again on the same address and data.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await _program.DisposeAsync();
        (_program, _) = await LaunchAsync(_scratch, $"{Address.Host}:{Address.Port}", _options, _environment, _command, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Http.Dispose();
        await _program.DisposeAsync();
    }

    private static (string File, string[] Arguments) AsItIs(string file, string[] arguments) => (file, arguments);

    private static async Task<(RunningProgram Program, Uri Address)> LaunchAsync(
        Scratch scratch,
        string listen,
        string[] options,
        (string Name, string Value)[] environment,
        ProgramStart command,
        CancellationToken cancellationToken)
    {
        using var ready = new ReadySocket();
        var (file, arguments) = command(Binaries.Server, ["--listen", listen, "--data", scratch["data"], .. options]);
        var program = RunningProgram.Start(
            file,
            arguments,
            scratch.Path,
            [("NOTIFY_SOCKET", ready.Path), ("HOME", scratch.Path), .. environment]);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var announced = ready.ReadyAsync(over.Token);
        var first = await Task.WhenAny(announced, program.ExitAsync(over.Token));
        await over.CancelAsync();
        if (first != announced)
        {
            throw new InvalidOperationException($"kiln-server did not start: {program.Errors}");
        }
        return (program, new Uri((await announced)["X_KILN_URL"]));
    }
}
