using System.Data;
using Npgsql;

namespace Kiln.Server.Storage.Postgres;

/// <summary>
/// Duties as advisory locks of one connection: the database frees them by itself when this server dies or is cut off.
/// </summary>
internal sealed class PostgresDuties(NpgsqlDataSource source) : IAsyncDisposable
{
    private const string Take = "select case when pg_try_advisory_lock(hashtextextended(@1, 0)) then 1 else 0 end";

    private readonly SemaphoreSlim _gate = new(1);
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private NpgsqlConnection? _connection;

    public async ValueTask<bool> HoldAsync(string duty, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await AskAsync(duty, cancellationToken);
        }
        catch (NpgsqlException)
        {
            // What cannot be asked is not held. The next question makes a new connection.
            await ForgetAsync();
            return false;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ForgetAsync();
        _gate.Dispose();
    }

    private async Task<bool> AskAsync(string duty, CancellationToken cancellationToken)
    {
        if (_connection is not { State: ConnectionState.Open })
        {
            await ForgetAsync();
            _connection = await source.OpenConnectionAsync(cancellationToken);
        }
        await using var command = _connection.CreateCommand();
        // One that is held is only asked whether the connection, and so the lock, still lives.
        command.CommandText = _held.Contains(duty) ? "select 1" : Take;
        command.Parameters.AddWithValue("@1", "kiln " + duty);
        if (await command.ExecuteScalarAsync(cancellationToken) is not 1)
        {
            return false;
        }
        _held.Add(duty);
        return true;
    }

    private async Task ForgetAsync()
    {
        _held.Clear();
        if (_connection is { } connection)
        {
            _connection = null;
            // Closing would give it back to the pool with its locks reset; a broken one is dropped there.
            await connection.DisposeAsync();
        }
    }
}
