using System.Globalization;
using System.Text.Json;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Worlds;

/// <summary>
/// The framework's smallest JSON endpoint (bench/Kiln.Bare), in a process of its own, to compare API calls with; and the smallest that starts a shell.
/// </summary>
internal sealed class BareServer : IAsyncDisposable
{
    // For what takes a blink.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly RunningProgram _program;

    private BareServer(RunningProgram program, Uri address)
    {
        _program = program;
        Http = new HttpClient { BaseAddress = address };
    }

    /// <summary>The program for the JIT, built beside the bench.</summary>
    public static string ForJit { get; } = Path.Combine(AppContext.BaseDirectory, "../../Kiln.Bare/release/kiln-bare");

    /// <summary>The program as native as the server; <c>null</c> where there is none, as beside a server for the JIT.</summary>
    public static string? Native { get; } =
        Path.Combine(Path.GetDirectoryName(Binaries.Server)!, "bare", "kiln-bare") is var file && File.Exists(file) ? file : null;

    /// <summary>A client of it.</summary>
    public HttpClient Http { get; }

    /// <summary>Starts one.</summary>
    /// <param name="file">Its program.</param>
    /// <param name="size">Bytes of its answer, about.</param>
    /// <param name="directory">Where it works.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It does not come up; with its last words.</exception>
    public static async Task<BareServer> StartAsync(string file, int size, string directory, CancellationToken cancellationToken)
    {
        var program = RunningProgram.Start(
            file, [$"{size}"], directory, ("DOTNET_ROOT", Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? ""));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return new BareServer(program, new Uri(await program.FirstLineAsync(patience.Token)));
        }
        catch (InvalidOperationException)
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a shell there; when it said its line (<c>$EPOCHREALTIME</c>, seconds since 1970).</summary>
    public async Task<double> LineAsync(CancellationToken cancellationToken)
    {
        using var answer = await Http.PostAsync("line", null, cancellationToken);
        using var said = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken));
        return double.Parse(said.RootElement.GetProperty("text").GetString()!, CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync()
    {
        Http.Dispose();
        return _program.DisposeAsync();
    }
}
