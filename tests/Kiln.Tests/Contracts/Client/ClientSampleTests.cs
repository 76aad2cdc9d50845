using Kiln.Server.Identity;
using Kiln.Tests.Architecture;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Contracts.Client;

public sealed class ClientSampleTests
{
    [Fact]
    public async Task The_sample_of_the_clients_readme_runs_a_build_and_shows_its_log()
    {
        await using var app = await KilnApp.StartAsync();
        await app.Admin.SendJsonAsync(HttpMethod.Post, "/openapi/projects/project", """{"project_key": "shop"}""");
        var agent = new FakeAgent(app);
        await agent.PollAsync();
        var host = Task.Run(async () => await agent.PassAsync(await agent.TakeAsync(), "hello\n"));
        await using var output = new StringWriter();
        using var log = new MemoryStream();

        await ClientSample.RunAsync(app.Address, app.Get<AdminToken>().Value, output, log, CancellationToken.None);

        await host;
        Assert.EndsWith("Passed \n", output.ToString().ReplaceLineEndings("\n"));
        Assert.Equal("hello\n"u8.ToArray(), log.ToArray());
    }

    [Fact]
    public void The_readme_shows_the_sample_that_is_run()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "src/Kiln.Contracts/README.md"));
        var source = File.ReadAllLines(Path.Combine(Repository.Root, "tests/Kiln.Tests/Contracts/Client/ClientSample.cs"));
        const string indent = "        ";

        var sample = source
            .SkipWhile(line => line != $"{indent}// <sample>").Skip(1)
            .TakeWhile(line => line != $"{indent}// </sample>")
            .Select(line => line.Length == 0 ? "" : line[indent.Length..]);

        Assert.Contains($"```csharp\n{string.Join('\n', sample)}\n```\n", readme);
    }
}
