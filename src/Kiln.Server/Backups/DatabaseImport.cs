using System.IO.Compression;
using System.Text.Json;
using Kiln.Server.Storage;

namespace Kiln.Server.Backups;

/// <summary>Fills an empty database with what <see cref="DatabaseExport"/> wrote, in one transaction.</summary>
internal static class DatabaseImport
{
    /// <exception cref="RestoreException">The database has something in it.</exception>
    /// <exception cref="InvalidDataException">What was written is not whole.</exception>
    public static Task<long> ReadAsync(Database database, string file, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session =>
            {
                var tables = await session.QueryAsync(session.Dialect.Tables, static row => row.GetString(0));
                await RequireEmptyAsync(session, tables);
                // Opened here: a transaction that met another is run again from the beginning.
                await using var packed = File.OpenRead(file);
                await using var plain = new BrotliStream(packed, CompressionMode.Decompress);
                using var lines = new StreamReader(plain);
                return await InsertAsync(session, lines, tables);
            },
            cancellationToken);

    private static async ValueTask RequireEmptyAsync(SqlSession session, List<string> tables)
    {
        foreach (var table in tables.Where(static table => table != DatabaseExport.SchemaTable))
        {
            if (await session.NumberAsync($"select count(*) from {table}") > 0)
            {
                throw new RestoreException("The database is not empty. Restore into a new one.");
            }
        }
    }

    private static async ValueTask<long> InsertAsync(SqlSession session, StreamReader lines, List<string> tables)
    {
        var (insert, rows) = ("", 0L);
        // Synchronously: a write awaits nothing but its session.
        while (lines.ReadLine() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array)
            {
                await session.ExecuteAsync(insert, Values(root));
                rows++;
            }
            else if (root.TryGetProperty("table", out var table))
            {
                insert = Insert(table.GetString()!, root.GetProperty("columns"), tables);
            }
            else if (root.GetProperty("rows").GetInt64() == rows)
            {
                return rows;
            }
        }
        throw new InvalidDataException("The database in it is cut off.");
    }

    // Names go into a statement: only those that the schema has, and only of letters.
    private static string Insert(string table, JsonElement columns, List<string> tables)
    {
        var names = columns.EnumerateArray().Select(static column => column.GetString()!).ToList();
        if (!tables.Contains(table) || names.Exists(static name => name.Any(static letter => letter is not (>= 'a' and <= 'z' or '_'))))
        {
            throw new RestoreException($"The backup has a table {table} that its schema has not.");
        }
        var places = Enumerable.Range(1, names.Count).Select(static place => $"@{place}");
        return $"insert into {table} ({string.Join(", ", names)}) values ({string.Join(", ", places)})";
    }

    private static object?[] Values(JsonElement row)
    {
        var values = new object?[row.GetArrayLength()];
        var i = 0;
        foreach (var value in row.EnumerateArray())
        {
            values[i++] = value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetInt64(),
                _ => value.GetProperty("base64").GetBytesFromBase64(),
            };
        }
        return values;
    }
}
