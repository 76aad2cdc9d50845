using System.CommandLine;
using System.Runtime.InteropServices;
using Kiln.Agent.Pods;
using Kiln.Agent.Polling;
using Kiln.Agent.Terminal;
using Kiln.Runner.Spawning;
using Microsoft.Extensions.Logging;

namespace Kiln.Agent;

/// <summary>The commands of <c>kiln-agent</c>.</summary>
internal static class AgentProgram
{
    private const int BadUsage = 2;
    private const int CannotStart = 1;
    private const int Refused = 4;

    public static Task<int> RunAsync(string[] arguments)
    {
        var options = new AgentCommandLine();
        var root = new RootCommand("Takes runs from a Kiln server and builds them on this host.");
        options.AddTo(root);
        root.SetAction((parsed, _) => ServeAsync(options, parsed));
        root.Subcommands.Add(RunCommand());
        root.Subcommands.Add(PodCommand());
        // Signals are ours: what they mean is more than "cancel".
        return root.Parse(arguments).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static Command RunCommand()
    {
        var spec = new Argument<string>("spec.json")
        {
            Description = "A run spec, see examples/run-spec.json; it may hold secrets, so keep it like one",
        };
        var artifacts = new Option<string?>("--artifacts") { Description = "Directory for archived files; default: not kept" };
        var command = new Command("run", "Runs one spec in this terminal, with no server; exits with the script's code.");
        command.Arguments.Add(spec);
        command.Options.Add(artifacts);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var interrupt = OnSignal(PosixSignal.SIGINT, cancelled.Cancel);
            using var terminate = OnSignal(PosixSignal.SIGTERM, cancelled.Cancel);
            return await TerminalRun.RunAsync(
                parsed.GetRequiredValue(spec), parsed.GetValue(artifacts), QuietLog(), cancelled.Token);
        });
        return command;
    }

    private static Command PodCommand()
    {
        var pod = new PodCommandLine();
        var command = new Command("pod", "Runs the one run of a pod, in its container kiln; a server starts it with all it needs.");
        pod.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (pod.Read(parsed, ProcessPrivileges.TakeVariable, out var errors) is not { } options)
            {
                foreach (var error in errors)
                {
                    await Console.Error.WriteLineAsync($"kiln-agent: {error}");
                }
                return BadUsage;
            }
            using var terminated = new CancellationTokenSource();
            using var interrupt = OnSignal(PosixSignal.SIGINT, terminated.Cancel);
            using var terminate = OnSignal(PosixSignal.SIGTERM, terminated.Cancel);
            using var http = AgentHost.CreateClient(options.Server);
            try
            {
                switch (await new PodRun(options, http, ServiceLog()).RunAsync(terminated.Token))
                {
                    case PodEnd.Refused refused:
                        await Console.Error.WriteLineAsync($"kiln-agent: {options.Server} does not take this pod: {refused.Message}");
                        return Refused;
                    case PodEnd.CannotStart cannot:
                        await Console.Error.WriteLineAsync($"kiln-agent: {cannot.Message}");
                        return CannotStart;
                    default:
                        return 0;
                }
            }
            catch (AgentStartException cannot)
            {
                await Console.Error.WriteLineAsync($"kiln-agent: {cannot.Message}");
                return CannotStart;
            }
        });
        return command;
    }

    private static async Task<int> ServeAsync(AgentCommandLine commandLine, ParseResult parsed)
    {
        if (commandLine.Read(parsed, Environment.GetEnvironmentVariable, out var errors) is not var (server, token, options))
        {
            foreach (var error in errors)
            {
                await Console.Error.WriteLineAsync($"kiln-agent: {error}");
            }
            return BadUsage;
        }
        using var stopping = new CancellationTokenSource();
        using var stoppingRuns = new CancellationTokenSource();
        // The first signal ends the agent, the second its runs too.
        void Signalled() => (stopping.IsCancellationRequested ? stoppingRuns : stopping).Cancel();
        using var interrupt = OnSignal(PosixSignal.SIGINT, Signalled);
        using var terminate = OnSignal(PosixSignal.SIGTERM, Signalled);
        using var http = AgentHost.CreateClient(server);
        try
        {
            if (await AgentHost.RunAsync(options, new HttpAgentServer(http, token), ServiceLog(), stoppingRuns.Token, stopping.Token)
                is AgentEnd.Refused refused)
            {
                await Console.Error.WriteLineAsync($"kiln-agent: {server} does not take this agent: {refused.Message}");
                return Refused;
            }
            return 0;
        }
        catch (AgentStartException cannot)
        {
            await Console.Error.WriteLineAsync($"kiln-agent: {cannot.Message}");
            return CannotStart;
        }
    }

    private static StderrLogger ServiceLog() => new(Console.Error, LogLevel.Information, TimeProvider.System);

    private static StderrLogger QuietLog() => new(Console.Error, LogLevel.Error, TimeProvider.System);

    private static PosixSignalRegistration OnSignal(PosixSignal signal, Action act) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            act();
        });
}
