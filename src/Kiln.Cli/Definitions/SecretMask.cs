using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kiln.Cli.Definitions;

/// <summary>
/// Hides the secrets of a body that the server has not read yet, for what is shown of it ends in terminals and build logs.
/// Everything else that is shown was masked by the server, which knows better.
/// </summary>
internal static class SecretMask
{
    private const string Mask = "********";

    private static readonly string[] SecretFields = ["token", "password", "ssh_key", "kube_config", "secret_key", "sk"];
    private static readonly string[] CredentialFields = ["value", "default_value", "choice_value", "choice_option"];

    /// <summary>The body with masks; the body itself stays as it is.</summary>
    public static JsonObject Over(JsonObject body)
    {
        var shown = body.DeepClone().AsObject();
        Cover(shown);
        return shown;
    }

    private static void Cover(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var item in list)
                {
                    Cover(item);
                }
                break;
            case JsonObject map:
                var isCredential = map["is_credential"] is JsonValue flag
                    && (flag.GetValueKind() == JsonValueKind.True || (flag.TryGetValue<string>(out var word) && word == "true"));
                foreach (var (name, value) in map.ToList())
                {
                    if (SecretFields.Contains(name) || (isCredential && CredentialFields.Contains(name)))
                    {
                        Hide(map, name, value);
                    }
                    else
                    {
                        Cover(value);
                    }
                }
                break;
        }
    }

    private static void Hide(JsonObject map, string name, JsonNode? value)
    {
        if (value is JsonArray list)
        {
            map[name] = new JsonArray([.. list.Select(_ => JsonValue.Create(Mask))]);
        }
        else if (value is not null && !(value is JsonValue text && text.TryGetValue<string>(out var word) && word.Length == 0))
        {
            map[name] = Mask;
        }
    }
}
