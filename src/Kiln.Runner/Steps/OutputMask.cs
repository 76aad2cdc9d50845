using Kiln.Contracts.Runs;

namespace Kiln.Runner.Steps;

/// <summary>Hides secrets in outputs: a value that is one or contains one is shown as the mask alone.</summary>
internal static class OutputMask
{
    public const string Mask = "********";

    private const int ShortestMasked = 4;

    public static IReadOnlyList<RunOutput> Apply(
        IEnumerable<KeyValuePair<string, string>> outputs, IEnumerable<string> secrets)
    {
        var masked = secrets.Where(IsMasked).ToArray();
        return
        [
            .. outputs.Select(output => Array.Exists(masked, output.Value.Contains) || output.Value.Contains(Mask)
                ? new RunOutput(output.Key, Mask, IsCredential: true)
                : new RunOutput(output.Key, output.Value)),
        ];
    }

    private static bool IsMasked(string secret) =>
        System.Text.Encoding.UTF8.GetByteCount(secret) >= ShortestMasked && secret is not "true";
}
