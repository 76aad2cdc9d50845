using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary><c>kiln footprint</c>, the table at the end of <c>./kiln build</c>.</summary>
public sealed class FootprintTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Every_program_has_its_line()
    {
        await using var footprint = RunningProgram.Start(Binaries.Kiln, ["footprint"], _scratch.Path);

        Assert.Equal(0, await footprint.ExitAsync(Token));
        Assert.Equal(
            ["kiln-server", "kiln-agent", "kiln-exec", "kiln"],
            footprint.Output.Split('\n').Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]));
    }

    [Fact]
    public async Task A_program_that_is_missing_is_named_with_what_to_do()
    {
        var bin = Directory.CreateDirectory(_scratch["bin"]).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(Binaries.Kiln)!).Where(IsTheClients))
        {
            File.Copy(file, Path.Combine(bin, Path.GetFileName(file)));
        }
        await File.WriteAllTextAsync(Path.Combine(bin, "kiln-server"), "", Token);
        await File.WriteAllTextAsync(Path.Combine(bin, "kiln-exec"), "", Token);
        await using var footprint = RunningProgram.Start(Path.Combine(bin, "kiln"), ["footprint"], _scratch.Path);

        Assert.Equal(5, await footprint.ExitAsync(Token));
        Assert.Equal($"kiln: {bin}/kiln-agent is missing: run ./kiln build again.", footprint.Errors);
        Assert.Empty(footprint.Output);
    }

    // Built for the JIT it is several files.
    private static bool IsTheClients(string file) => !Path.GetFileName(file).StartsWith("kiln-", StringComparison.Ordinal);
}
