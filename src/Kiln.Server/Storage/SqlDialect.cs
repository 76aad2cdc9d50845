namespace Kiln.Server.Storage;

/// <summary>What differs between databases inside otherwise common SQL.</summary>
/// <param name="IdType">Type of a 64-bit key column (<c>$id$</c> in migrations).</param>
/// <param name="BytesType">Type of a column of bytes (<c>$bytes$</c> in migrations).</param>
/// <param name="TextType">What <c>text</c> columns of migrations are: compared and sorted by their bytes everywhere.</param>
/// <param name="SkipLocked">Ending of a select that takes rows for one transaction and steps over rows others took.</param>
/// <param name="Tables">Lists the names of all tables.</param>
public sealed record SqlDialect(
    string IdType, string BytesType, string TextType, string SkipLocked, string Tables)
{
    /// <summary>SQLite: an <c>integer</c> key is the row id; one writer, so there is nothing to step over.</summary>
    public static SqlDialect Sqlite { get; } = new(
        "integer", "blob", "text", "",
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name");

    /// <summary>PostgreSQL.</summary>
    public static SqlDialect Postgres { get; } =
        new(
            "bigint", "bytea", "text collate \"C\"", " for update skip locked",
            """
            select cast(table_name as text) from information_schema.tables
            where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1
            """);

    /// <summary>Brings a migration script into this dialect.</summary>
    public string Translate(string script) => script
        .Replace("$id$", IdType, StringComparison.Ordinal)
        .Replace("$bytes$", BytesType, StringComparison.Ordinal)
        .Replace(" text ", $" {TextType} ", StringComparison.Ordinal);
}
