using Kiln.Contracts.Builds;

namespace Kiln.Server.Planning;

/// <summary>What a parameter's values are, by its type.</summary>
public static class ParameterValues
{
    /// <summary>The single values in <paramref name="value"/>: a multi-select's are between commas; none when it is empty.</summary>
    public static IReadOnlyList<string> Split(BuildParameter parameter, string value) =>
        value.Length == 0 ? []
        : parameter.Type == "multi-select" ? value.Split(',')
        : parameter.Type == "choice" ? [value]
        : [];

    /// <summary>The first of <paramref name="values"/> that the parameter does not offer; <c>null</c> when all are
    /// fine or it offers no list.</summary>
    public static string? Outside(BuildParameter parameter, IReadOnlyList<string> values) =>
        parameter.ChoiceOption.Count == 0 ? null : values.FirstOrDefault(value => !parameter.ChoiceOption.Contains(value));

    /// <summary>The value a run has when its caller says nothing.</summary>
    public static string Default(BuildParameter parameter) =>
        parameter is { Type: "multi-select", ChoiceValue.Count: > 0 }
            ? string.Join(',', parameter.ChoiceValue)
            : parameter.DefaultValue;
}
