using Kiln.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace Kiln.Tests.Fixtures;

/// <summary>The PostgreSQL of all tests, started by the first that needs it; each test has a database of its own in it.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync());

    /// <summary>An empty database; how to connect to it.</summary>
    public async Task<string> CreateDatabaseAsync() => await (await _server.Value).CreateDatabaseAsync();

    /// <summary>A database that holds what a script of SQL makes.</summary>
    public async Task<string> LoadAsync(string file)
    {
        var server = await _server.Value;
        var connection = await server.CreateDatabaseAsync();
        await server.LoadAsync(connection, file);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
