using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Kiln.Tests.Architecture;

/// <summary>A run's status has one writer, read from the compiled server and its statements.</summary>
public sealed class StatusWriterTests
{
    private const byte Call = 0x28;
    private const byte CallVirtual = 0x6F;

    [Fact]
    public void Only_the_reducer_gives_an_attempt_another_status()
    {
        // AttemptState itself makes the first state, RunsJson reads stored ones.
        Assert.Equal(["AttemptState", "RunReducer", "RunsJson"], WritersOf("AttemptState", "set_Status"));
    }

    [Fact]
    public void Only_one_file_of_statements_stores_it()
    {
        var writers = Repository.Sources().Where(source => Repository.Lines(source)
            .Any(line => line.Contains("update runs set", StringComparison.Ordinal) && line.Contains("status =", StringComparison.Ordinal)));

        Assert.Equal(["Kiln.Server/Runs/RunSql.cs"], writers);
    }

    private static IEnumerable<string> WritersOf(string type, string setter)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "kiln-server.dll"));
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var target = metadata.TypeDefinitions
            .Where(handle => Name(metadata, handle) == type)
            .SelectMany(handle => metadata.GetTypeDefinition(handle).GetMethods())
            .Single(handle => metadata.GetString(metadata.GetMethodDefinition(handle).Name) == setter);
        var token = MetadataTokens.GetToken(target);
        return metadata.MethodDefinitions
            .Where(handle => Calls(image, metadata.GetMethodDefinition(handle), token))
            .Select(handle => Name(metadata, Outermost(metadata, metadata.GetMethodDefinition(handle).GetDeclaringType())))
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
    }

    private static bool Calls(PEReader image, MethodDefinition method, int token)
    {
        if (method.RelativeVirtualAddress == 0)
        {
            return false;
        }
        var body = image.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!;
        for (var i = 0; i + 5 <= body.Length; i++)
        {
            if (body[i] is Call or CallVirtual && BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(i + 1)) == token)
            {
                return true;
            }
        }
        return false;
    }

    // Lambdas and state machines live in types nested in the one that wrote them.
    private static TypeDefinitionHandle Outermost(MetadataReader metadata, TypeDefinitionHandle type)
    {
        var outer = metadata.GetTypeDefinition(type).GetDeclaringType();
        return outer.IsNil ? type : Outermost(metadata, outer);
    }

    private static string Name(MetadataReader metadata, TypeDefinitionHandle type) =>
        metadata.GetString(metadata.GetTypeDefinition(type).Name);
}
