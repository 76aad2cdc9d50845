using Kiln.Server.Settings;
using Kiln.Server.Storage.Documents;
using Kiln.Server.Storage.Postgres;
using Kiln.Server.Storage.Sqlite;

namespace Kiln.Server.Storage;

/// <summary>Registers the database and the stores of no slice in particular.</summary>
public static class StorageSlice
{
    /// <summary>Opens the database that the settings name.</summary>
    /// <exception cref="StoreUnusableException">It cannot be used; the message says what to do.</exception>
    public static async Task<Database> OpenAsync(KilnOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        options.Database is { } connection
            ? await PostgresStart.OpenAsync(connection, time, cancellationToken)
            : await SqliteDatabase.OpenAsync(options.Data, time);

    /// <summary>The database is opened by the caller, before the application is built: without it there is no server.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, Database database)
    {
        services.AddSingleton(_ => database); // by factory: the container closes it last
        services.AddSingleton<DocumentStore>();
        services.AddHostedService<DocumentAnchors>();
        return services;
    }
}
