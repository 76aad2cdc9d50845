using System.Diagnostics;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The real <c>kiln</c> with a home of its own, and one server that it is told of by its environment.</summary>
public sealed class KilnClientProgram(Scratch scratch, KilnServer? server)
{
    /// <summary>Variables on top of what the server needs; an empty value takes one away.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Runs a command to its end.</summary>
    public Task<Ended> RunAsync(params string[] arguments) => RunAsync(input: "", arguments);

    /// <summary>Runs a command to its end, with something on its standard input.</summary>
    public Task<Ended> RunAsync(string input, string[] arguments) => RunAsync(Binaries.Kiln, input, arguments);

    /// <summary>Runs a shell command in a terminal of its own.</summary>
    public Task<Ended> InTerminalAsync(string command) => RunAsync("script", input: "", ["-qec", command, "/dev/null"]);

    private async Task<Ended> RunAsync(string program, string input, string[] arguments)
    {
        var token = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = scratch.Path,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("KILN_") || name == "XDG_CONFIG_HOME").ToList())
        {
            start.Environment.Remove(name);
        }
        foreach (var (name, value) in Variables())
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(token);
        var errors = process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return new Ended(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts a command that is not waited for.</summary>
    public RunningProgram Start(params string[] arguments) =>
        RunningProgram.Start(Binaries.Kiln, arguments, scratch.Path, [.. Variables().Select(pair => (pair.Key, pair.Value))]);

    private Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string> { ["HOME"] = scratch["home"] };
        if (server is not null)
        {
            (variables["KILN_SERVER"], variables["KILN_TOKEN"]) = (server.Address.ToString(), server.Token);
        }
        foreach (var (name, value) in Environment)
        {
            variables[name] = value;
        }
        return variables;
    }

    /// <summary>How a command ended.</summary>
    public sealed record Ended(int Code, string Output, string Errors)
    {
        public Ended Expect(int code)
        {
            Assert.True(Code == code, $"exit code {Code} instead of {code}\n{Output}\n{Errors}");
            return this;
        }
    }
}
