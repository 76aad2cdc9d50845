namespace Kiln.Contracts.Secrets;

/// <summary>Finds secrets, in every form that a log masks, in texts that did not come through the log.</summary>
public sealed class SecretText
{
    /// <summary>What stands for a secret.</summary>
    public const string Mask = "********";

    private readonly string[] _forms;

    /// <param name="secrets">Secrets; those that are too short or too common to be masked are left out.</param>
    public SecretText(IEnumerable<string> secrets)
    {
        var forms = new HashSet<string>(StringComparer.Ordinal);
        foreach (var secret in secrets.Where(SecretForms.IsMaskable))
        {
            SecretForms.AddTo(forms, secret);
        }
        _forms = [.. forms.OrderByDescending(static form => form.Length)];
    }

    /// <summary>True when a secret is in it.</summary>
    public bool IsIn(string text) => Array.Exists(_forms, form => text.Contains(form, StringComparison.Ordinal));

    /// <summary>The text with the mask in the place of every secret, longer forms first.</summary>
    public string Hide(string text)
    {
        foreach (var form in _forms)
        {
            text = text.Replace(form, Mask, StringComparison.Ordinal);
        }
        return text;
    }
}
