using System.Text;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The sample that the client package's README shows compiles, works, and is the one shown.</summary>
public sealed class ClientSampleTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task The_sample_defines_a_build_runs_it_and_reads_its_log()
    {
        using var log = new MemoryStream();

        var status = await ClientSample.BuildAsync(
            fixture.Server.Address, fixture.Server.Token, log, TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Passed, status);
        Assert.Contains("hello from C#\n", Encoding.UTF8.GetString(log.ToArray()));
    }

    [Fact]
    public async Task The_README_shows_the_sample_word_for_word()
    {
        var directory = Path.Combine(AppContext.BaseDirectory, "client");
        var source = await File.ReadAllTextAsync(Path.Combine(directory, "ClientSample.cs"), TestContext.Current.CancellationToken);
        var readme = await File.ReadAllTextAsync(Path.Combine(directory, "README.md"), TestContext.Current.CancellationToken);

        var sample = source.Split("    // <sample>\n")[1].Split("    // </sample>\n")[0]
            .Split('\n').Select(line => line.StartsWith("    ") ? line[4..] : line);

        Assert.Contains(string.Join('\n', sample), readme);
    }
}
