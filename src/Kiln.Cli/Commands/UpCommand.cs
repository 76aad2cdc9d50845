using System.CommandLine;
using Kiln.Cli.Connections;
using Kiln.Cli.Runs;
using Kiln.Cli.Servers;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln up</c>: a server in the foreground, with <c>--demo</c> also a first run.</summary>
internal static class UpCommand
{
    private const string DemoProject = "yaml";
    private const string DemoBuild = "hello-kiln";

    public static Command Create(Terminal terminal, Interrupt interrupt)
    {
        var demo = new Option<bool>("--demo")
        {
            Description = "Load the demo data, run its build and show everything about it.",
        };
        var once = new Option<bool>("--once") { Description = "With --demo: end after the run, with its exit code." };
        var command = new Command("up", "Serve until Ctrl-C. Every other option is kiln-server's: kiln-server --help lists them.")
        {
            demo, once,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, cancellationToken) =>
        {
            var isDemo = parsed.GetValue(demo);
            var isOnce = parsed.GetValue(once);
            if (isOnce && !isDemo)
            {
                return Task.FromResult(terminal.Fail("--once is about the run of --demo; give both.", ExitCode.Usage));
            }
            string[] arguments = isDemo ? ["--demo", .. parsed.UnmatchedTokens] : [.. parsed.UnmatchedTokens];
            return RunAsync(arguments, isDemo, isOnce, terminal, interrupt, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        string[] arguments, bool demo, bool once, Terminal terminal, Interrupt interrupt, CancellationToken cancellationToken)
    {
        // The log of the run belongs on this terminal; of the server only what somebody must know.
        var environment = Environment.GetEnvironmentVariable("KILN_LOG_LEVEL") is null
            ? new Dictionary<string, string> { ["KILN_LOG_LEVEL"] = "warning" }
            : [];
        var (server, code) = await ServerProcess.StartAsync(arguments, environment, cancellationToken);
        if (server is null)
        {
            return code == ExitCode.Usage ? ExitCode.Usage : ExitCode.Infrastructure;
        }
        await using var _ = server;
        using var client = new KilnClient(server.Address, Connection.LocalToken(server.DataDirectory));
        await terminal.Output.WriteAsync($"""
            Kiln serves on {server.Address}
              API       {new Uri(server.Address, "docs")}, and {new Uri(server.Address, "openapi.json")}
              token     {LocalServer.TokenFile(server.DataDirectory)}
              data      {server.DataDirectory}

            """);
        try
        {
            var result = demo ? await DemoAsync(client, server, terminal, cancellationToken) : ExitCode.Success;
            if (once)
            {
                return result;
            }
            await terminal.Output.WriteLineAsync("Serving until Ctrl-C.");
            await server.WaitForExitAsync(cancellationToken);
            return terminal.Fail($"kiln-server ended by itself (exit code {server.ExitedWith}).", ExitCode.Infrastructure);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // A kill leaves the runs alone: they go on, and the next server takes them up again.
            if (interrupt.IsByHand)
            {
                await terminal.Errors.WriteLineAsync("kiln: stopping the server and what runs on it");
                server.Interrupt();
                await server.WaitForExitAsync(CancellationToken.None);
            }
            return interrupt.IsByHand ? ExitCode.Interrupted : ExitCode.Success;
        }
    }

    private static async Task<int> DemoAsync(
        KilnClient client, ServerProcess server, Terminal terminal, CancellationToken cancellationToken)
    {
        var service = new RunRequest { ServiceName = "service1", ServiceModule = "service1" };
        var started = await client.StartRunAsync(DemoProject, DemoBuild, service, cancellationToken);
        if (started is not Answer<RunAccepted>.Ok { Value: var accepted })
        {
            return terminal.Explain(started);
        }
        await terminal.Output.WriteLineAsync($"\nrun {accepted.RunId} of {DemoBuild} in {DemoProject}:\n");
        var tokenFile = LocalServer.TokenFile(server.DataDirectory);
        return await new RunReport(client, terminal)
            .FollowAsync(accepted.RunId, $"\"Authorization: Bearer $(cat {tokenFile})\"", cancellationToken);
    }
}
