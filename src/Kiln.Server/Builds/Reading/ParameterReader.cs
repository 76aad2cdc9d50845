using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Rules;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds.Reading;

/// <summary>Reads <c>parameters</c>.</summary>
/// <param name="stored">What an update replaces, in clear: the mask stands for a value of it.</param>
/// <param name="repos">Repositories whose variables a parameter must not be called like.</param>
public sealed class ParameterReader(IReadOnlyList<BuildParameter> stored, IReadOnlyList<RepoInfo> repos)
{
    public IReadOnlyList<BuildParameter> Read(BodyObject body)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var ofRepos = repos
            .SelectMany((repo, index) => BuiltInVariables.OfRepo(index, repo.RepoName))
            .ToHashSet(StringComparer.Ordinal);
        return body.Objects("parameters", Presence.Optional, item =>
        {
            var parameter = ReadParameter(item);
            if (parameter.Key.Length > 0 && Problem(parameter.Key, seen, ofRepos) is { } problem)
            {
                item.Refuse("key", problem);
            }
            return parameter;
        });
    }

    private static string? Problem(string key, HashSet<string> seen, HashSet<string> ofRepos) =>
        !Identifier.IsValid(key) ? $"\"{Quoted.Short(key)}\" cannot be a variable's name; {Identifier.Rule}."
        : BuiltInVariables.Contains(key) || ofRepos.Contains(key) ? $"{key} is a built-in variable; choose another name."
        : !seen.Add(key) ? $"{key} is defined twice."
        : null;

    private BuildParameter ReadParameter(BodyObject item)
    {
        var key = item.Text("key", Presence.Filled);
        var before = stored.FirstOrDefault(parameter => parameter.Key == key);
        var secret = item.Flag("is_credential", false);
        var masked = new MaskedText(item, before is { IsCredential: true } ? before : null, secret);
        var parameter = new BuildParameter
        {
            Key = key,
            Type = item.Word(
                "type", Presence.Filled, "", "string", "choice", "multi-select", "file", "script", "image"),
            IsCredential = secret,
            Description = item.Text("description", Presence.Optional),
            DefaultValue = masked.Text("default_value", before?.DefaultValue),
            ChoiceOption = masked.Texts("choice_option", before?.ChoiceOption),
            ChoiceValue = masked.Texts("choice_value", before?.ChoiceValue),
        };
        CheckChoices(item, parameter);
        return parameter;
    }

    private static void CheckChoices(BodyObject item, BuildParameter parameter)
    {
        if (ParameterValues.Outside(parameter, ParameterValues.Split(parameter, parameter.DefaultValue)) is { } value)
        {
            item.Refuse("default_value", NotAnOption(parameter, value));
        }
        if (parameter.Type is "choice" or "multi-select"
            && ParameterValues.Outside(parameter, parameter.ChoiceValue) is { } chosen)
        {
            item.Refuse("choice_value", NotAnOption(parameter, chosen));
        }
    }

    private static string NotAnOption(BuildParameter parameter, string value) => parameter.IsCredential
        ? "Is not one of choice_option."
        : $"\"{Quoted.Short(value)}\" is not one of choice_option.";

    /// <summary>Reads texts of a parameter in which the mask may stand for a stored secret.</summary>
    private sealed class MaskedText(BodyObject item, BuildParameter? kept, bool secret)
    {
        public string Text(string field, string? before)
        {
            var text = item.Text(field, Presence.Present);
            return text == Credential.Mask ? Restore(field, before) : text;
        }

        public IReadOnlyList<string> Texts(string field, IReadOnlyList<string>? before) =>
            [.. item.Texts(field, Presence.Optional).Select((text, index) =>
                text == Credential.Mask ? Restore(field, before?.ElementAtOrDefault(index)) : text)];

        private string Restore(string field, string? before)
        {
            if (kept is null || before is null)
            {
                item.Refuse(field, "Is the mask ********, but nothing is stored that it stands for; send the value itself.");
                return "";
            }
            if (!secret)
            {
                item.Refuse("is_credential", "Would make the stored secret readable; send a new value to change it.");
            }
            return before;
        }
    }
}
