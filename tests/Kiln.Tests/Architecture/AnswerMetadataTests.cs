using System.Reflection;
using Kiln.Server;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiln.Tests.Architecture;

/// <summary>What only ahead-of-time compilation asks for, where a test under the JIT would not notice.</summary>
public sealed class AnswerMetadataTests
{
    public static TheoryData<string> Answers() =>
        [.. typeof(ServerBuilder).Assembly.GetTypes().Where(IsAnswer).Select(static type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_tells_of_itself_by_a_method_of_its_own(string answer)
    {
        var type = typeof(ServerBuilder).Assembly.GetType(answer)!;

        Assert.Contains(
            type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly),
            static method => method.Name.EndsWith(nameof(IEndpointMetadataProvider.PopulateMetadata), StringComparison.Ordinal));
    }

    private static bool IsAnswer(Type type) => type is { IsAbstract: false } && typeof(IEndpointMetadataProvider).IsAssignableFrom(type);
}
