namespace Kiln.Server.Storage;

/// <summary>Brings a database to the newest schema.</summary>
internal static class Schema
{
    private const string CreateTable = """
        create table if not exists kiln_schema (version integer not null primary key, name text not null, applied_at bigint not null)
        """;

    /// <summary>
    /// Applies the missing <paramref name="migrations"/>. Runs inside the one transaction, under the lock, that the caller holds.
    /// </summary>
    /// <exception cref="StoreUnusableException">The schema is newer than this program.</exception>
    public static async ValueTask<int> UpgradeAsync(
        SqlSession session, IReadOnlyList<Migration> migrations, TimeProvider time)
    {
        await session.ExecuteAsync(CreateTable);
        var applied = await session.QueryAsync("select version from kiln_schema", static row => row.GetInt32(0));
        var unknown = applied.Except(migrations.Select(static migration => migration.Version)).ToList();
        var newest = migrations.Count == 0 ? 0 : migrations[^1].Version;
        if (unknown.Count > 0)
        {
            throw new StoreUnusableException(
                $"The database has schema {unknown.Max()}, this Kiln knows schemas up to {newest}. " +
                "Start a Kiln at least as new as the one that used it last, or restore a backup.");
        }
        foreach (var migration in migrations)
        {
            // By number and not by the highest one: work side by side leaves gaps that are filled later.
            if (!applied.Contains(migration.Version))
            {
                await session.RunScriptAsync(session.Dialect.Translate(migration.Script));
                await session.ExecuteAsync(
                    "insert into kiln_schema (version, name, applied_at) values (@1, @2, @3)",
                    migration.Version, migration.Name, time.GetUtcNow().ToUnixTimeMilliseconds());
            }
        }
        return newest;
    }
}
