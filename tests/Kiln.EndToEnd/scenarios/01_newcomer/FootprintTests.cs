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

    [Theory]
    [InlineData("kiln-agent", "footprint")]
    [InlineData("kiln-agent", "agent", "--server", "http://localhost:1")]
    [InlineData("kiln-server", "up")]
    [InlineData("kiln-server", "restore", "backup")]
    public async Task A_program_that_is_missing_is_named_with_what_to_do(string missing, params string[] command)
    {
        var bin = Directory.CreateDirectory(_scratch["bin"]).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(Binaries.Kiln)!).Where(IsTheClients))
        {
            File.Copy(file, Path.Combine(bin, Path.GetFileName(file)));
        }
        foreach (var other in ((string[])["kiln-server", "kiln-agent", "kiln-exec"]).Where(other => other != missing))
        {
            await File.WriteAllTextAsync(Path.Combine(bin, other), "", Token);
        }
        await using var kiln = RunningProgram.Start(Path.Combine(bin, "kiln"), command, _scratch.Path);

        Assert.Equal(5, await kiln.ExitAsync(Token));
        Assert.Equal(
            $"kiln: {bin}/{missing} is missing: kiln needs it beside itself. Run ./kiln build again, or install Kiln anew.", kiln.Errors);
        Assert.Empty(kiln.Output);
    }

    // Built for the JIT it is several files.
    private static bool IsTheClients(string file) => !Path.GetFileName(file).StartsWith("kiln-", StringComparison.Ordinal);
}
