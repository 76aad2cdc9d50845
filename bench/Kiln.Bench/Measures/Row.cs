namespace Kiln.Bench.Measures;

/// <summary>One line of the table.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Measured">The figure, with its unit.</param>
/// <param name="Floor">What must be reached; empty = nothing is asked.</param>
/// <param name="Goal">What is aimed at; empty = nothing.</param>
/// <param name="Verdict">How the figure stands to both.</param>
public sealed record Row(string What, string Measured, string Floor = "", string Goal = "", Verdict Verdict = Verdict.None)
{
    /// <summary>A row whose figure is compared: <paramref name="figure"/> is to be at most floor and goal.</summary>
    public static Row AtMost(string what, double figure, string unit, double floor, double goal) => new(
        what, Text.Of(figure, unit), $"≤ {Text.Of(floor, unit)}", $"≤ {Text.Of(goal, unit)}",
        figure <= goal ? Verdict.Goal : figure <= floor ? Verdict.Floor : Verdict.Missed);

    /// <summary>A row whose figure is to be at least floor and goal.</summary>
    public static Row AtLeast(string what, double figure, string unit, double floor, double goal) => new(
        what, Text.Of(figure, unit), $"≥ {Text.Of(floor, unit)}", $"≥ {Text.Of(goal, unit)}",
        figure >= goal ? Verdict.Goal : figure >= floor ? Verdict.Floor : Verdict.Missed);
}
