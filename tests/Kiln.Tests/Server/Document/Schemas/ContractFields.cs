using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiln.Tests.Server.Document.Schemas;

/// <summary>The fields that a record has on the wire.</summary>
internal static class ContractFields
{
    /// <summary>The wire's name of a property.</summary>
    public static string Name(string property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property);

    /// <summary>Its fields in the order they are written.</summary>
    public static IReadOnlyList<ContractField> Of(Type type) =>
        [.. Bases(type)
            .Reverse()
            .SelectMany(level => level.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always })
            .OrderBy(property => property.GetCustomAttribute<JsonPropertyOrderAttribute>()?.Order ?? 0)
            .Select(property => new ContractField(
                property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? Name(property.Name),
                property,
                IsAlways: property.GetCustomAttribute<JsonIgnoreAttribute>() is null))];

    /// <summary>The type of a field, without its list and without being nullable.</summary>
    public static Type Inner(Type type) => Nullable.GetUnderlyingType(type) ?? Element(type) ?? type;

    /// <summary>The type of a list's elements; <c>null</c> = it is no list.</summary>
    public static Type? Element(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    private static IEnumerable<Type> Bases(Type type)
    {
        for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            yield return level;
        }
    }
}

/// <summary>A field of a record.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Property">Where it comes from.</param>
/// <param name="IsAlways">True: written always.</param>
internal sealed record ContractField(string Name, PropertyInfo Property, bool IsAlways);
