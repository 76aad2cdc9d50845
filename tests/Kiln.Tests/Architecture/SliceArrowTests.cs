namespace Kiln.Tests.Architecture;

/// <summary>Which slice of the server may know which other, read from the sources.</summary>
public sealed class SliceArrowTests
{
    private static readonly string[] Catalogue =
    [
        "Projects", "Services", "CodeHosts", "BuildImages", "Packages", "BuildTemplates", "DockerfileTemplates",
        "Clusters", "Registries", "ObjectStorages", "Hosts", "Tokens", "Variables",
    ];

    // What Planning hands over: the one word between those who decide what runs and those who run it.
    private const string HandOver = "using Kiln.Server.Planning;";

    [Fact]
    public void A_catalogue_slice_never_references_another()
    {
        var crossings = Usings()
            .Where(use => Catalogue.Contains(use.From) && Catalogue.Contains(use.To) && use.From != use.To);

        Assert.Empty(crossings);
    }

    [Theory]
    [InlineData("Runs")]
    [InlineData("Queue")]
    [InlineData("Logs")]
    [InlineData("Artifacts")]
    public void What_runs_builds_has_the_snapshot_and_never_reads_the_catalogue(string slice)
    {
        var crossings = Usings().Where(use => use.From == slice && (Catalogue.Contains(use.To) || use.To == "Builds"));

        Assert.Empty(crossings);
    }

    [Theory]
    [InlineData("Runs")]
    [InlineData("Queue")]
    public void What_runs_builds_knows_only_the_hand_over_of_planning(string slice)
    {
        var types = Repository.Sources()
            .Where(source => source.StartsWith("Kiln.Server/Planning/", StringComparison.Ordinal))
            .Select(source => Path.GetFileNameWithoutExtension(source))
            .Where(type => type is not "NewRun")
            .ToHashSet();

        var crossings = Repository.Sources()
            .Where(source => source.StartsWith($"Kiln.Server/{slice}/", StringComparison.Ordinal))
            .Where(source => Repository.Lines(source).Contains(HandOver))
            .SelectMany(source => Repository.Lines(source)
                .SelectMany(line => line.Split(' ', '(', ')', '<', '>', ',', '.', ';', '?', '[', ']'))
                .Where(types.Contains)
                .Select(type => $"{source} uses {type}"));

        Assert.Empty(crossings);
    }

    private static IEnumerable<(string From, string To, string File)> Usings()
    {
        const string prefix = "using Kiln.Server.";
        return
            from source in Repository.Sources()
            where source.StartsWith("Kiln.Server/", StringComparison.Ordinal)
            let folders = source.Split('/')
            where folders.Length > 2
            from line in Repository.Lines(source)
            where line.StartsWith(prefix, StringComparison.Ordinal)
            select (folders[1], line[prefix.Length..].TrimEnd(';').Split('.')[0], source);
    }
}
