using Kiln.Contracts.Runs;
using Kiln.Contracts.Secrets;

namespace Kiln.Runner.Steps;

/// <summary>Hides secrets in outputs: a value that is one or contains one, in any form that the log would mask, is shown
/// as the mask alone.</summary>
internal static class OutputMask
{
    public const string Mask = "********";

    public static IReadOnlyList<RunOutput> Apply(
        IEnumerable<KeyValuePair<string, string>> outputs, IEnumerable<string> secrets)
    {
        var forms = new HashSet<string>(StringComparer.Ordinal) { Mask };
        foreach (var secret in secrets.Where(SecretForms.IsMaskable))
        {
            SecretForms.AddTo(forms, secret);
        }
        return
        [
            .. outputs.Select(output => forms.Any(form => output.Value.Contains(form, StringComparison.Ordinal))
                ? new RunOutput(output.Key, Mask, IsCredential: true)
                : new RunOutput(output.Key, output.Value)),
        ];
    }
}
