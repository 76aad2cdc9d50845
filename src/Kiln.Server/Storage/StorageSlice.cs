using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Storage;

/// <summary>Registers the database and the stores of no slice in particular.</summary>
public static class StorageSlice
{
    /// <summary>The database is opened by the caller, before the application is built: without it there is no server.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, Database database)
    {
        services.AddSingleton(_ => database); // by factory: the container closes it last
        services.AddSingleton<DocumentStore>();
        return services;
    }
}
