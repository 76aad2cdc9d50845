using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;
using Kiln.Tests.Server.Backups;
using Kiln.Tests.Server.Kubernetes;
using Kiln.Tests.Server.Queue;
using Kiln.Tests.Server.Runs;

namespace Kiln.Tests.Compliance;

// What the whole server does with runs, on PostgreSQL.

public sealed class PostgresRunnerProtocolTests(SharedPostgres postgres) : RunnerProtocolTests
{
    protected override Task<Func<KilnOptions, KilnOptions>> StoreAsync() => postgres.StoreAsync();
}

public sealed class PostgresSilenceTests(SharedPostgres postgres) : SilenceTests
{
    protected override Task<Func<KilnOptions, KilnOptions>> StoreAsync() => postgres.StoreAsync();
}

public sealed class PostgresOrderTests(SharedPostgres postgres) : OrderTests
{
    protected override Task<Func<KilnOptions, KilnOptions>> StoreAsync() => postgres.StoreAsync();
}

public sealed class PostgresPolicyTests(SharedPostgres postgres) : PolicyTests
{
    protected override Task<Func<KilnOptions, KilnOptions>> StoreAsync() => postgres.StoreAsync();
}

public sealed class PostgresCommitResolverTests(SharedPostgres postgres) : CommitResolverTests
{
    protected override Task<Func<KilnOptions, KilnOptions>> StoreAsync() => postgres.StoreAsync();
}

public sealed class PostgresRunsApiTests(SharedPostgres postgres) : RunsApiTests
{
    protected override Task<Func<KilnOptions, KilnOptions>> StoreAsync() => postgres.StoreAsync();
}

public sealed class PostgresRunLogTests(SharedPostgres postgres) : RunLogTests
{
    protected override Task<Func<KilnOptions, KilnOptions>> StoreAsync() => postgres.StoreAsync();
}

public sealed class PostgresKeptLogTests(SharedPostgres postgres) : KeptLogTests
{
    protected override Task<Func<KilnOptions, KilnOptions>> StoreAsync() => postgres.StoreAsync();
}

public sealed class PostgresFailedStepTests(SharedPostgres postgres) : FailedStepTests
{
    protected override Task<Func<KilnOptions, KilnOptions>> StoreAsync() => postgres.StoreAsync();
}

public sealed class PostgresBackupTests(SharedPostgres postgres) : BackupTests
{
    protected override Task<Func<KilnOptions, KilnOptions>> StoreAsync() => postgres.StoreAsync();
}

public sealed class PostgresClusterDriverTests(SharedPostgres postgres) : ClusterDriverTests
{
    protected override Task<Func<KilnOptions, KilnOptions>> StoreAsync() => postgres.StoreAsync();
}

internal static class PostgresStores
{
    public static async Task<Func<KilnOptions, KilnOptions>> StoreAsync(this SharedPostgres postgres)
    {
        var connection = await postgres.CreateDatabaseAsync();
        return options => options with { Database = connection };
    }
}
