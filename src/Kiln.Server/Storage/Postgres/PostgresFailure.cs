using Npgsql;

namespace Kiln.Server.Storage.Postgres;

/// <summary>What a failure of PostgreSQL means for the transaction it ended.</summary>
internal static class PostgresFailure
{
    /// <summary>Another transaction was in the way; nothing stayed, and the same again may work.</summary>
    public static bool IsConflict(Exception failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    /// <summary>The database is not there now (restarting, out of connections, cut off).</summary>
    public static bool IsAbsence(Exception failure) => failure switch
    {
        PostgresException { SqlState: var state } =>
            state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal)
            || state == PostgresErrorCodes.TooManyConnections,
        NpgsqlException { InnerException: TimeoutException or IOException or System.Net.Sockets.SocketException } => true,
        NpgsqlException network => network.IsTransient,
        _ => false,
    };
}
