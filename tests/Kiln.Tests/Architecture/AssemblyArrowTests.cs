using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Kiln.Tests.Architecture;

/// <summary>Who may reference whom, read from the compiled assemblies.</summary>
public sealed class AssemblyArrowTests
{
    [Theory]
    [InlineData("Kiln.Contracts", "")]
    [InlineData("kiln-exec", "Kiln.Contracts")]
    [InlineData("Kiln.Buckets", "")]
    [InlineData("Kiln.Disk", "")]
    [InlineData("Kiln.Runner", "Kiln.Contracts Kiln.Buckets Kiln.Disk")]
    [InlineData("kiln", "Kiln.Contracts")]
    [InlineData("kiln-agent", "Kiln.Contracts Kiln.Buckets Kiln.Disk Kiln.Runner")]
    [InlineData("kiln-server", "Kiln.Contracts Kiln.Buckets Kiln.Disk kiln-agent")]
    public void An_assembly_references_only_what_the_arrow_allows(string assembly, string allowed)
    {
        var strangers = References(assembly).Except(allowed.Split(' '), StringComparer.Ordinal);

        Assert.Empty(strangers);
    }

    private static IEnumerable<string> References(string assembly)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll"));
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(name => name.StartsWith("kiln", StringComparison.OrdinalIgnoreCase))];
    }
}
