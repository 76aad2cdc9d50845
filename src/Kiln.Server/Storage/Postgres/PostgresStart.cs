using Npgsql;

namespace Kiln.Server.Storage.Postgres;

/// <summary>Opens a PostgreSQL database and brings it to the newest schema.</summary>
public static class PostgresStart
{
    private const int OldestVersion = 15;
    private const string Lock = "select pg_advisory_xact_lock(hashtextextended('kiln schema', 0))";

    // A database that is started together with the server gets time to come up.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Opens the database.</summary>
    /// <param name="connectionString">In Npgsql's form, see <see cref="PostgresAddress"/>.</param>
    /// <param name="time">Clock of what is stored.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreUnusableException">Not reachable, too old, not in UTF-8, or of a newer Kiln.</exception>
    public static Task<PostgresDatabase> OpenAsync(
        string connectionString, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(connectionString, Migration.All, time, cancellationToken);

    internal static async Task<PostgresDatabase> OpenAsync(
        string connectionString, IReadOnlyList<Migration> migrations, TimeProvider time, CancellationToken cancellationToken)
    {
        var source = new NpgsqlSlimDataSourceBuilder(connectionString).EnableTransportSecurity().Build();
        try
        {
            await UpgradeAsync(source, connectionString, migrations, time, cancellationToken);
            return new PostgresDatabase(source);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    private static async Task UpgradeAsync(
        NpgsqlDataSource source,
        string connectionString,
        IReadOnlyList<Migration> migrations,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(source, connectionString, cancellationToken);
        if (connection.PostgreSqlVersion.Major < OldestVersion)
        {
            throw new StoreUnusableException(
                $"PostgreSQL {connection.PostgreSqlVersion} is too old: Kiln needs {OldestVersion} or newer.");
        }
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        using var session = new PostgresSession(connection);
        var encoding = await session.FindAsync("show server_encoding", static row => row.GetString(0));
        if (encoding != "UTF8")
        {
            throw new StoreUnusableException(
                $"The database {PostgresAddress.Describe(connectionString)} is in {encoding}. "
                + "Make one in UTF-8: create database kiln encoding 'UTF8' template template0.");
        }
        await session.ExecuteAsync(Lock);
        await Schema.UpgradeAsync(session, migrations, time);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<NpgsqlConnection> ConnectAsync(
        NpgsqlDataSource source, string connectionString, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await source.OpenConnectionAsync(cancellationToken);
            }
            catch (NpgsqlException absence) when (
                PostgresFailure.IsAbsence(absence) && TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
            catch (NpgsqlException refused)
            {
                var why = refused.InnerException?.Message ?? refused.Message;
                throw new StoreUnusableException(
                    $"PostgreSQL cannot be used ({PostgresAddress.Describe(connectionString)}): {why.TrimEnd('.')}. "
                    + "See KILN_DATABASE.");
            }
        }
    }
}
