namespace Kiln.Cli.Output;

/// <summary>The terminal that somebody looks at.</summary>
internal static class Screen
{
    private const int Usual = 80;

    /// <summary>Columns of a line.</summary>
    public static int Width()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : Usual;
        }
        catch (IOException)
        {
            return Usual; // It has no size, as some that programs make.
        }
    }
}
