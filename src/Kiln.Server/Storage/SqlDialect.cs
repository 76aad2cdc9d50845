namespace Kiln.Server.Storage;

/// <summary>What differs between databases inside otherwise common SQL.</summary>
/// <param name="IdType">Type of a 64-bit key column (<c>$id$</c> in migrations).</param>
/// <param name="SkipLocked">Ending of a select that takes rows for one transaction and steps over rows others took.</param>
public sealed record SqlDialect(string IdType, string SkipLocked)
{
    /// <summary>SQLite: an <c>integer</c> key is the row id; one writer, so there is nothing to step over.</summary>
    public static SqlDialect Sqlite { get; } = new("integer", "");

    /// <summary>Brings a migration script into this dialect.</summary>
    public string Translate(string script) => script.Replace("$id$", IdType, StringComparison.Ordinal);
}
