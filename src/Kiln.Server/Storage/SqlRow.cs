namespace Kiln.Server.Storage;

/// <summary>
/// A row of a query, valid until the next one. Columns are numbered from 0; whole numbers can be read in either width,
/// whatever the width of their column. Reading null as a value is a bug, and throws.
/// </summary>
public abstract class SqlRow
{
    /// <summary>How many columns it has.</summary>
    public abstract int ColumnCount { get; }

    /// <summary>Name of a column.</summary>
    public abstract string NameOf(int column);

    /// <summary>What is in a column, whatever it is: <c>null</c>, a <see cref="string"/>, a whole number, bytes.</summary>
    public abstract object? GetValue(int column);

    public abstract bool IsNull(int column);

    public abstract string GetString(int column);

    /// <exception cref="OverflowException">It is larger than that.</exception>
    public abstract int GetInt32(int column);

    public abstract long GetInt64(int column);

    public abstract byte[] GetBytes(int column);
}
