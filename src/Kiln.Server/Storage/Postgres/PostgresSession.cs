using Npgsql;

namespace Kiln.Server.Storage.Postgres;

/// <summary>A connection to PostgreSQL.</summary>
internal sealed class PostgresSession(NpgsqlConnection connection) : SqlSession(SqlDialect.Postgres)
{
    public override async ValueTask RunScriptAsync(string script)
    {
        await using var command = Command(script);
        await command.ExecuteNonQueryAsync();
    }

    protected override SqlStatement Prepare(string sql, int parameters) => new PostgresStatement(Command(sql), parameters);

    protected override void Close() => connection.Dispose();

    private NpgsqlCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        // Statement texts are constants of the stores; values only ever travel as parameters.
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
