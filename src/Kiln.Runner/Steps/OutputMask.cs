using Kiln.Contracts.Runs;
using Kiln.Contracts.Secrets;

namespace Kiln.Runner.Steps;

/// <summary>Hides secrets in outputs: a value that is one or contains one, in any form that the log would mask, is shown
/// as the mask alone.</summary>
internal static class OutputMask
{
    public static IReadOnlyList<RunOutput> Apply(
        IEnumerable<KeyValuePair<string, string>> outputs, IEnumerable<string> secrets)
    {
        var text = new SecretText(secrets);
        return
        [
            .. outputs.Select(output => text.IsIn(output.Value) || output.Value.Contains(SecretText.Mask, StringComparison.Ordinal)
                ? new RunOutput(output.Key, SecretText.Mask, IsCredential: true)
                : new RunOutput(output.Key, output.Value)),
        ];
    }
}
