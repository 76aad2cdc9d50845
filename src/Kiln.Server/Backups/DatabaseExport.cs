using System.IO.Compression;
using System.Text.Json;
using Kiln.Server.Logs;
using Kiln.Server.Storage;

namespace Kiln.Server.Backups;

/// <summary>What a snapshot held.</summary>
/// <param name="Versions">Migrations that had made its schema.</param>
/// <param name="Rows">Rows of all tables.</param>
/// <param name="Attempts">Every attempt: whose logs and artifacts belong to it.</param>
internal sealed record ExportedDatabase(IReadOnlyList<int> Versions, long Rows, IReadOnlyList<LogKey> Attempts);

/// <summary>
/// Writes every table of one snapshot as lines of JSON, compressed: <c>{"table":…,"columns":[…]}</c>, then a list for each row
/// (bytes are <c>{"base64":…}</c>), and <c>{"rows":…}</c> last. Tables are asked of the database, so none can be forgotten.
/// </summary>
internal static class DatabaseExport
{
    /// <summary>Table that says which migrations were applied; the archive's manifest carries it.</summary>
    public const string SchemaTable = "kiln_schema";

    public static Task<ExportedDatabase> WriteAsync(Database database, FileStream file, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async session =>
            {
                file.SetLength(0); // Read again after the database was away, the snapshot is another.
                var attempts = await session.QueryAsync(
                    "select run_id, attempt from run_attempts order by run_id, attempt",
                    static row => new LogKey(row.GetInt64(0), row.GetInt32(1)));
                var versions = await session.QueryAsync(
                    $"select version from {SchemaTable} order by version", static row => row.GetInt32(0));
                return new ExportedDatabase(versions, await WriteTablesAsync(session, file), attempts);
            },
            cancellationToken);

    private static async ValueTask<long> WriteTablesAsync(SqlSession session, Stream file)
    {
        await using var packed = new BrotliStream(file, CompressionLevel.Fastest, leaveOpen: true);
        await using var output = new BufferedStream(packed, 128 * 1024);
        await using var writer = new Utf8JsonWriter(output);
        var rows = 0L;
        foreach (var table in await session.QueryAsync(session.Dialect.Tables, static row => row.GetString(0)))
        {
            if (table == SchemaTable)
            {
                continue;
            }
            var isFirst = true;
            await session.EachAsync($"select * from {table}", row =>
            {
                if (isFirst)
                {
                    WriteHead(writer, table, row);
                    EndLine(writer, output);
                    isFirst = false;
                }
                WriteRow(writer, row);
                EndLine(writer, output);
                rows++;
            });
        }
        writer.WriteStartObject();
        writer.WriteNumber("rows", rows);
        writer.WriteEndObject();
        EndLine(writer, output);
        return rows;
    }

    private static void WriteHead(Utf8JsonWriter writer, string table, SqlRow row)
    {
        writer.WriteStartObject();
        writer.WriteString("table", table);
        writer.WriteStartArray("columns");
        for (var i = 0; i < row.ColumnCount; i++)
        {
            writer.WriteStringValue(row.NameOf(i));
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter writer, SqlRow row)
    {
        writer.WriteStartArray();
        for (var i = 0; i < row.ColumnCount; i++)
        {
            switch (row.GetValue(i))
            {
                case null:
                    writer.WriteNullValue();
                    break;
                case string text:
                    writer.WriteStringValue(text);
                    break;
                case byte[] bytes:
                    writer.WriteStartObject();
                    writer.WriteBase64String("base64", bytes);
                    writer.WriteEndObject();
                    break;
                case long or int or short:
                    writer.WriteNumberValue(row.GetInt64(i));
                    break;
                case var other:
                    throw new NotSupportedException($"A column holds a {other.GetType()}, which a backup cannot hold yet.");
            }
        }
        writer.WriteEndArray();
    }

    private static void EndLine(Utf8JsonWriter writer, Stream output)
    {
        writer.Flush();
        output.WriteByte((byte)'\n');
        writer.Reset(output);
    }
}
