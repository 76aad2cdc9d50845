using System.Net;
using System.Net.Sockets;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Something that takes connections and is no server.</summary>
public sealed class BrokenConnectionTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task An_agent_tells_in_words_what_broke_its_connection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var agent = RunningProgram.Start(
            Binaries.Agent,
            ["--server", $"http://{listener.LocalEndpoint}", "--token", "none", "--data", _scratch["agent"], "--name", "alone"],
            _scratch.Path);
        using (var taken = await listener.AcceptTcpClientAsync(Token))
        {
            Assert.NotEqual(0, await taken.GetStream().ReadAsync(new byte[256], Token));
        }

        await agent.ComplainsAsync("The server cannot be reached: The response ended prematurely", Token);
    }
}
