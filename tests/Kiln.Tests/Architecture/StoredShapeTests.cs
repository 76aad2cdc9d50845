namespace Kiln.Tests.Architecture;

/// <summary>
/// What is stored is read by every later Kiln, and what is sent by the one before. A property that JSON does not mention is
/// set to null by the generated reader, whatever its default, when it can only be set at creation; so its default
/// belongs into its <c>get</c>, too: <c>{ get => field ?? ""; init; } = "";</c>.
/// </summary>
public sealed class StoredShapeTests
{
    private static readonly string[] Shapes = ["Kiln.Contracts/Builds/", "Kiln.Contracts/Plans/", "Kiln.Contracts/Catalogue/", "Kiln.Server/Runs/State/"];

    [Fact]
    public void A_default_holds_also_where_JSON_says_nothing()
    {
        var lost = Repository.Sources()
            .Where(source => Shapes.Any(shape => source.StartsWith(shape, StringComparison.Ordinal)))
            .SelectMany(source => Repository.Lines(source)
                .Where(line => line.Contains("{ get; init; } = ", StringComparison.Ordinal))
                .Select(line => $"{source}: {line.Trim()}"));

        Assert.Empty(lost);
    }
}
