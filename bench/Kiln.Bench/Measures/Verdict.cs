namespace Kiln.Bench.Measures;

/// <summary>How a figure stands to what was asked.</summary>
public enum Verdict
{
    /// <summary>Nothing was asked.</summary>
    None,

    /// <summary>Below the floor.</summary>
    Missed,

    /// <summary>Between floor and goal.</summary>
    Floor,

    /// <summary>The goal is reached.</summary>
    Goal,
}
