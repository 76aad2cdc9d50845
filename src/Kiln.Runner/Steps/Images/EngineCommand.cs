namespace Kiln.Runner.Steps.Images;

/// <summary>Argument lists of the engines. No credential is ever in one.</summary>
internal static class EngineCommand
{
    /// <summary>Builds; buildx and buildctl push in the same command.</summary>
    public static string[] Build(ImageEngine engine, ImageOrder order) => engine switch
    {
        ImageEngine.Buildx =>
        [
            "docker", "buildx", "build", "--progress=plain", "--push", "--metadata-file", order.MetadataFile,
            .. Platform(order), .. Secrets(order), .. Cache(engine, order), .. ProxyNames(order), .. order.Options, .. Tags(order),
            "-f", order.Dockerfile, order.Context,
        ],
        ImageEngine.Docker =>
        [
            "docker", "build", "--rm=true", .. Platform(order),
            .. order.WantsBuildKit ? ["--progress=plain", .. Secrets(order)] : Array.Empty<string>(),
            .. Cache(engine, order), .. ProxyNames(order), .. order.Options, .. Tags(order), "-f", order.Dockerfile, order.Context,
        ],
        ImageEngine.Buildctl => Buildctl(order),
        _ =>
        [
            // Unasked it would give the host's proxy to every build.
            "buildah", "bud", "--format", "docker", "--layers", $"--http-proxy={(order.Proxies.Count > 0 ? "true" : "false")}", .. Platform(order), .. Secrets(order), .. Cache(engine, order),
            .. order.Options, .. Tags(order), "-f", order.Dockerfile, order.Context,
        ],
    };

    /// <summary>Pushes one reference; <c>null</c> for engines that have done so.</summary>
    public static string[]? Push(ImageEngine engine, ImageOrder order, string reference) => engine switch
    {
        ImageEngine.Docker => ["docker", "push", reference],
        ImageEngine.Buildah =>
        [
            "buildah", "push", $"--tls-verify={(order.IsInsecure ? "false" : "true")}", "--digestfile", order.MetadataFile,
            reference, $"docker://{reference}",
        ],
        _ => null,
    };

    /// <summary>Prints the image's bytes or its manifest; <c>null</c> where nothing tells.</summary>
    public static string[]? Describe(ImageEngine engine, string reference) => engine switch
    {
        ImageEngine.Docker => ["docker", "image", "inspect", "--format", """{"size":{{.Size}},"layers":{{json .RootFS.Layers}}}""", reference],
        ImageEngine.Buildah => ["buildah", "inspect", "--type", "image", "--format", "{{.Manifest}}", reference],
        ImageEngine.Buildx => ["docker", "buildx", "imagetools", "inspect", "--raw", reference],
        _ => null,
    };

    // buildctl knows its own options only: those of a Dockerfile build are translated, others are passed as they are.
    private static string[] Buildctl(ImageOrder order)
    {
        var options = new List<string>();
        for (var i = 0; i < order.Options.Count; i++)
        {
            var (name, value) = order.Options[i].Split('=', 2) is [var left, var right] && left.StartsWith("--", StringComparison.Ordinal)
                ? (left, right)
                : (order.Options[i], null);
            if (name is "--build-arg" or "--target" or "--label")
            {
                value ??= order.Options.ElementAtOrDefault(++i) ?? "";
                options.AddRange(["--opt", name == "--target" ? $"target={value}" : $"{name[2..]}:{value}"]);
            }
            else
            {
                options.Add(order.Options[i]);
            }
        }
        var names = string.Join(',', order.References);
        return
        [
            "buildctl", "build", "--progress=plain", "--frontend", "dockerfile.v0",
            "--local", $"context={order.Context}",
            "--local", $"dockerfile={Path.GetDirectoryName(order.Dockerfile)}",
            "--opt", $"filename={Path.GetFileName(order.Dockerfile)}",
            .. order.Platforms.Length > 0 ? ["--opt", $"platform={order.Platforms}"] : Array.Empty<string>(),
            .. Secrets(order), .. Cache(ImageEngine.Buildctl, order),
            .. order.Proxies.SelectMany(static proxy => (string[])["--opt", $"build-arg:{proxy.Key}={proxy.Value}"]), .. options,
            "--output", $"type=image,\"name={names}\",push=true{(order.IsInsecure ? ",registry.insecure=true" : "")}",
            "--metadata-file", order.MetadataFile,
        ];
    }

    /// <summary>References to push beside the image's own: where the layers are kept inside an image.</summary>
    public static IEnumerable<string> CacheImages(ImageEngine engine, ImageOrder order) =>
        order.CacheReference.Length > 0 && engine is ImageEngine.Buildx or ImageEngine.Docker && order.WantsBuildKit
            ? [order.CacheReference]
            : [];

    // Inline is what every driver of docker can write; the others write a cache of their own kind.
    private static string[] Cache(ImageEngine engine, ImageOrder order) => order.CacheReference is not { Length: > 0 } reference ? [] : engine switch
    {
        ImageEngine.Buildx =>
            ["--cache-from", $"type=registry,ref={reference}", "--cache-to", "type=inline", "-t", reference],
        ImageEngine.Docker when order.WantsBuildKit =>
            ["--cache-from", reference, "--build-arg", "BUILDKIT_INLINE_CACHE=1", "-t", reference],
        ImageEngine.Buildctl =>
            ["--import-cache", $"type=registry,ref={reference}", "--export-cache", $"type=registry,ref={reference},mode=max"],
        ImageEngine.Buildah =>
        [
            "--cache-from", Repository(reference), "--cache-to", Repository(reference),
            .. order.IsInsecure ? ["--tls-verify=false"] : Array.Empty<string>(),
        ],
        _ => [],
    };

    // registry:5000/team/cache:main → registry:5000/team/cache; buildah names what it keeps by itself.
    private static string Repository(string reference) =>
        reference.LastIndexOf(':') is var colon && colon > reference.LastIndexOf('/') ? reference[..colon] : reference;

    // Without their values: docker takes those from the environment, where nobody else reads a password that is in one.
    private static IEnumerable<string> ProxyNames(ImageOrder order) =>
        order.Proxies.Keys.SelectMany(static name => (string[])["--build-arg", name]);

    private static string[] Platform(ImageOrder order) =>
        order.Platforms.Length > 0 ? ["--platform", order.Platforms] : [];

    private static IEnumerable<string> Tags(ImageOrder order) =>
        order.References.SelectMany(static reference => (string[])["-t", reference]);

    private static IEnumerable<string> Secrets(ImageOrder order) =>
        order.Secrets.SelectMany(name => (string[])
            ["--secret", order.SecretFiles.TryGetValue(name, out var file) ? $"id={name},src={file}" : $"id={name},env={name}"]);
}
