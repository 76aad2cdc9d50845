namespace Kiln.EndToEnd.Harness;

/// <summary>One server for the scenarios that leave it as they found it.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private readonly Scratch _scratch = new();
    private KilnServer? _server;

    public KilnServer Server => _server!;

    public async ValueTask InitializeAsync() =>
        _server = await KilnServer.StartAsync(_scratch, CancellationToken.None, "--capacity", "8", "--grace", "2s");

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        _scratch.Dispose();
    }
}
