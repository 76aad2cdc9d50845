namespace Kiln.Bench.Measures;

/// <summary>Figures of one kind, sorted.</summary>
public sealed class Sample(IEnumerable<double> figures)
{
    private readonly double[] _sorted = [.. figures.Order()];

    public double Median => At(0.5);

    /// <summary>The figure below which a part of all lies.</summary>
    /// <param name="part">From 0 to 1.</param>
    public double At(double part) => _sorted.Length == 0 ? double.NaN : _sorted[(int)Math.Min(part * _sorted.Length, _sorted.Length - 1)];
}
