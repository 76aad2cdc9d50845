namespace Kiln.Bench.Chaos;

/// <summary>What a run of the load does.</summary>
public enum RunKind
{
    /// <summary>Writes lines.</summary>
    Script,

    /// <summary>Checks a repository out first.</summary>
    Checkout,

    /// <summary>Keeps a file at its end.</summary>
    Upload,
}
