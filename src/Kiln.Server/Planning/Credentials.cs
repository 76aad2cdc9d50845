using Kiln.Contracts.Builds;

namespace Kiln.Server.Planning;

/// <summary>Every place of a definition that holds a secret. One walk serves sealing, unsealing and masking.</summary>
public static class Credentials
{
    /// <summary>The mask in place of every secret.</summary>
    public static BuildDefinition Masked(BuildDefinition definition) => Map(definition, Mask);

    /// <summary>The mask in place of every secret.</summary>
    public static BuildTemplate Masked(BuildTemplate template) => Map(template, Mask);

    /// <summary>The definition with <paramref name="change"/> applied to every secret that is not empty.</summary>
    public static BuildDefinition Map(BuildDefinition definition, Func<string, string> change) => definition switch
    {
        BuildDefinition.Plain { Spec: var spec } => new BuildDefinition.Plain(
            spec with { Parameters = Map(spec.Parameters, change) }),
        BuildDefinition.FromTemplate { Spec: var spec } => new BuildDefinition.FromTemplate(
            spec with { TargetServices = [.. spec.TargetServices.Select(target => Map(target, change))] }),
        _ => throw new InvalidOperationException($"{definition.GetType().Name} is not a form of a build."),
    };

    /// <summary>The template with <paramref name="change"/> applied to every secret that is not empty.</summary>
    public static BuildTemplate Map(BuildTemplate template, Func<string, string> change) =>
        template with { Parameters = Map(template.Parameters, change) };

    /// <summary>What masking cannot protect, one sentence each; secrets in clear.</summary>
    public static IReadOnlyList<string> Warnings(BuildDefinition definition) => definition switch
    {
        BuildDefinition.Plain { Spec: var spec } => Warnings(spec.Parameters),
        BuildDefinition.FromTemplate { Spec: var spec } =>
        [
            .. spec.TargetServices.SelectMany(target => target.Inputs)
                .Where(input => input.IsCredential && Credential.IsTooCommon(input.Value))
                .Select(input => Credential.Warning(input.Key)),
        ],
        _ => [],
    };

    /// <summary>What masking cannot protect, one sentence each; secrets in clear.</summary>
    public static IReadOnlyList<string> Warnings(IReadOnlyList<BuildParameter> parameters) =>
    [
        .. parameters
            .Where(parameter => parameter.IsCredential && Credential.IsTooCommon(ParameterValues.Default(parameter)))
            .Select(parameter => Credential.Warning(parameter.Key)),
    ];

    private static TemplateTarget Map(TemplateTarget target, Func<string, string> change) => target with
    {
        Inputs = [.. target.Inputs.Select(input => input.IsCredential ? input with { Value = Map(input.Value, change) } : input)],
    };

    // A choice among visible options is no secret, so the options are secret too.
    private static IReadOnlyList<BuildParameter> Map(IReadOnlyList<BuildParameter> parameters, Func<string, string> change) =>
    [
        .. parameters.Select(parameter => !parameter.IsCredential ? parameter : parameter with
        {
            DefaultValue = Map(parameter.DefaultValue, change),
            ChoiceOption = [.. parameter.ChoiceOption.Select(option => Map(option, change))],
            ChoiceValue = [.. parameter.ChoiceValue.Select(value => Map(value, change))],
        }),
    ];

    private static string Map(string value, Func<string, string> change) => value.Length == 0 ? value : change(value);

    private static string Mask(string secret) => Credential.Mask;
}
