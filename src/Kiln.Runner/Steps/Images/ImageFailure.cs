using Kiln.Contracts.Runs;

namespace Kiln.Runner.Steps.Images;

/// <summary>Tells from an engine's words what went wrong.</summary>
internal static class ImageFailure
{
    private static readonly (string Words, string Reason, string Sentence)[] Known =
    [
        ("unauthorized", RunReason.RegistryAuth, "the registry refused the user name or password"),
        ("authentication required", RunReason.RegistryAuth, "the registry refused the user name or password"),
        ("no basic auth credentials", RunReason.RegistryAuth, "the registry asks for a login and has none configured"),
        ("denied: requested access", RunReason.RegistryAuth, "the login may not write there"),
        ("x509:", RunReason.RegistryUntrusted, "the certificate of the registry cannot be verified"),
        ("server gave HTTP response to HTTPS client", RunReason.RegistryUntrusted,
            "the registry speaks plain http; write its address with http://, or list it among the engine's insecure registries"),
        ("connection refused", RunReason.RegistryUnreachable, "the registry refused the connection"),
        ("no such host", RunReason.RegistryUnreachable, "the host name of the registry is unknown"),
        ("i/o timeout", RunReason.RegistryUnreachable, "the registry does not answer"),
        ("no route to host", RunReason.RegistryUnreachable, "there is no route to the registry"),
        ("network is unreachable", RunReason.RegistryUnreachable, "the network is unreachable"),
    ];

    // buildah, whose copy of a layer does not fit: storing layer "1b66…" to file: io: read/write on closed pipe
    private const string LayerCutOff = "to file: io: read/write on closed pipe";

    public static StepResult.Failed Of(string said, bool isPush, string host)
    {
        var what = isPush ? "Pushing the image" : "Building the image";
        if (DiskTrouble.IsFull(said) || said.Contains("no space left on device", StringComparison.OrdinalIgnoreCase)
            || said.Contains(LayerCutOff, StringComparison.Ordinal))
        {
            return new(RunReason.DiskFull, $"{what} failed: the disk of {host} is full.");
        }
        // Words of the registry count in a push, and in a build only where they come from the engine itself.
        foreach (var (words, reason, sentence) in Known)
        {
            if (LastLines(said).Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                return new(reason, $"{what} failed: {sentence}.");
            }
        }
        var last = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
        return new(
            isPush ? RunReason.ImagePushFailed : RunReason.ImageBuildFailed,
            last is null ? $"{what} failed without a word." : $"{what} failed: {last.TrimEnd('.')}.");
    }

    private static string LastLines(string said) =>
        string.Join('\n', said.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3));
}
