using System.Reflection;
using System.Runtime.CompilerServices;
using Kiln.Contracts.Plans;
using Kiln.Server.Runs;

namespace Kiln.Tests.Contracts;

/// <summary>
/// Records that an older Kiln stored, or that another sends, lack the fields that came later. The generated JSON code sets
/// such an <c>init</c> property to <c>null</c> whatever its initial value is, so its getter has to know the default, too.
/// </summary>
public sealed class AbsentFieldTests
{
    private static readonly string[] Stored =
    [
        "Kiln.Contracts.Builds", "Kiln.Contracts.Catalogue", "Kiln.Contracts.Plans", "Kiln.Contracts.Protocol", "Kiln.Contracts.Runs",
        "Kiln.Server.Kubernetes.Objects",
    ];

    [Fact]
    public void A_field_that_the_json_lacks_reads_as_its_default()
    {
        var nullability = new NullabilityInfoContext();
        var asked = 0;
        var empty = new List<string>();
        foreach (var (record, property) in Records().SelectMany(
            record => record.GetProperties(BindingFlags.Instance | BindingFlags.Public), (record, property) => (record, property)))
        {
            if (IsOptional(property) && nullability.Create(property).ReadState == NullabilityState.NotNull)
            {
                asked++;
                if (property.GetValue(RuntimeHelpers.GetUninitializedObject(record)) is null)
                {
                    empty.Add($"{record.Name}.{property.Name}");
                }
            }
        }
        Assert.Empty(empty);
        Assert.True(asked > 20, $"Only {asked} properties were looked at.");
    }

    private static IEnumerable<Type> Records() => new[] { typeof(RunPlan).Assembly, typeof(RunStore).Assembly }
        .SelectMany(assembly => assembly.GetTypes())
        .Where(type => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && Stored.Contains(type.Namespace))
        .Where(type => type.GetMethod("<Clone>$") is not null);

    private static bool IsOptional(PropertyInfo property) =>
        property is { CanWrite: true, PropertyType.IsValueType: false }
        && !property.IsDefined(typeof(RequiredMemberAttribute))
        && property.DeclaringType!.GetConstructors().All(constructor => constructor.GetParameters().All(
            parameter => !string.Equals(parameter.Name, property.Name, StringComparison.Ordinal)));
}
