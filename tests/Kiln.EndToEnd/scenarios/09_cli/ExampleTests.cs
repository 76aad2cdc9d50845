using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The definitions in examples/ are taken by a fresh server, and once is enough.</summary>
public sealed class ExampleTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Every_example_applies_to_a_fresh_server()
    {
        await using var server = await KilnServer.StartAsync(
            _scratch, ["--capacity", "0"], [], TestContext.Current.CancellationToken);
        var kiln = new KilnClientProgram(_scratch, server);
        var examples = Path.Combine(AppContext.BaseDirectory, "examples");

        var first = (await kiln.RunAsync("apply", "-f", examples)).Expect(0);
        var second = (await kiln.RunAsync("apply", "-f", examples)).Expect(0);

        Assert.Contains(" 0 updated, 0 deleted, 0 unchanged", first.Output);
        Assert.Contains("0 created, 0 updated, 0 deleted", second.Output);
        Assert.DoesNotContain("replace-this-value", first.Output);
    }
}
