using System.Data.Common;
using Kiln.Server.Storage.Postgres;

namespace Kiln.Server.Storage;

/// <summary>What differs between databases inside otherwise common SQL.</summary>
/// <param name="IdType">Type of a 64-bit key column (<c>$id$</c> in migrations).</param>
/// <param name="BytesType">Type of a column of bytes (<c>$bytes$</c> in migrations).</param>
/// <param name="TextType">What <c>text</c> columns of migrations are: compared and sorted by their bytes everywhere.</param>
/// <param name="SkipLocked">Ending of a select that takes rows for one transaction and steps over rows others took.</param>
/// <param name="Rows">Makes the rows of a query read alike.</param>
public sealed record SqlDialect(
    string IdType, string BytesType, string TextType, string SkipLocked, Func<DbDataReader, DbDataReader> Rows)
{
    /// <summary>SQLite: an <c>integer</c> key is the row id; one writer, so there is nothing to step over.</summary>
    public static SqlDialect Sqlite { get; } = new("integer", "blob", "text", "", static rows => rows);

    /// <summary>PostgreSQL.</summary>
    public static SqlDialect Postgres { get; } =
        new("bigint", "bytea", "text collate \"C\"", " for update skip locked", static rows => new PostgresRows(rows));

    /// <summary>Brings a migration script into this dialect.</summary>
    public string Translate(string script) => script
        .Replace("$id$", IdType, StringComparison.Ordinal)
        .Replace("$bytes$", BytesType, StringComparison.Ordinal)
        .Replace(" text ", $" {TextType} ", StringComparison.Ordinal);
}
