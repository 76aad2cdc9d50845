using Kiln.Contracts.Builds;
using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;

namespace Kiln.Server.Planning;

/// <summary>Parameters: the build's default, over it the target's value (template form), over it the run's.</summary>
internal static class ParameterPlanning
{
    public static void Add(PlanDraft draft, IReadOnlyList<BuildInput> ofTarget)
    {
        var parameters = draft.Recipe.Parameters;
        var given = Given(draft, parameters);
        foreach (var parameter in parameters)
        {
            var target = ofTarget.FirstOrDefault(input => input.Key == parameter.Key);
            var value = given.TryGetValue(parameter.Key, out var chosen)
                ? chosen
                : target?.Value ?? ParameterValues.Default(parameter);

            // A value saved while the template called it a credential stays one.
            var secret = parameter.IsCredential || target is { IsCredential: true };
            if (secret)
            {
                draft.SetSecret(parameter.Key, value, isFile: parameter.Type == "file");
                WarnIfNotMaskable(draft, parameter.Key, value);
            }
            else if (parameter.Type == "file")
            {
                draft.SetFile(parameter.Key, value);
            }
            else
            {
                draft.Set(parameter.Key, value);
            }
            draft.Parameters.Add(new RunParameterView(parameter.Key, secret ? Credential.Mask : value, secret));
        }
    }

    private static Dictionary<string, string> Given(PlanDraft draft, IReadOnlyList<BuildParameter> parameters)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < draft.Input.Request.Inputs.Count; i++)
        {
            var input = draft.Input.Request.Inputs[i];
            var at = $"inputs[{i}]";
            if (parameters.FirstOrDefault(p => p.Key == input.Key) is not { } parameter)
            {
                draft.Violations.AddUnknown($"{at}.key", "parameter of this build called", input.Key, parameters.Select(p => p.Key));
                continue;
            }
            if (input.ChoiceValue is not null && parameter.Type != "multi-select")
            {
                draft.Violations.Add($"{at}.choice_value", $"{parameter.Key} is of type {parameter.Type}; give its value as value.");
                continue;
            }
            var value = input.ChoiceValue is null ? input.Value ?? "" : string.Join(',', input.ChoiceValue);
            if (value == Credential.Mask)
            {
                draft.Violations.Add($"{at}.value", "Is the mask ********; leave the input out to use the stored value, or send a value.");
            }
            else if (ParameterValues.Outside(parameter, ParameterValues.Split(parameter, value)) is { } bad)
            {
                draft.Violations.Add($"{at}.value", parameter.IsCredential
                    ? "Is not one of the parameter's options."
                    : $"\"{Quoted.Short(bad)}\" is not one of the parameter's options: {string.Join(", ", parameter.ChoiceOption.Take(20))}.");
            }
            if (!given.TryAdd(input.Key, value))
            {
                draft.Violations.Add($"{at}.key", $"{input.Key} is given twice.");
            }
        }
        return given;
    }

    private static void WarnIfNotMaskable(PlanDraft draft, string key, string value)
    {
        if (Credential.IsTooCommon(value))
        {
            draft.Notices.Add(Credential.Warning(key));
        }
    }
}
