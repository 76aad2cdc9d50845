namespace Kiln.Runner.Steps.Images;

/// <summary>Programs that build images.</summary>
internal enum ImageEngine
{
    /// <summary><c>docker buildx build</c>.</summary>
    Buildx,

    /// <summary><c>docker build</c>.</summary>
    Docker,

    /// <summary><c>buildctl</c> with a buildkitd.</summary>
    Buildctl,

    /// <summary><c>buildah</c>, without a daemon.</summary>
    Buildah,
}

/// <summary>What a host has to build images with.</summary>
/// <param name="Docker">Version of the docker daemon that answers; empty = none.</param>
/// <param name="HasBuildx">docker has the buildx plugin.</param>
/// <param name="HasBuildkitd">buildctl reaches a buildkitd.</param>
/// <param name="HasBuildah">buildah is there.</param>
/// <param name="NeedsBuildx">docker's client is one that builds with BuildKit only through buildx (23 and newer).</param>
internal sealed record ImageEngines(string Docker, bool HasBuildx, bool HasBuildkitd, bool HasBuildah, bool NeedsBuildx = false)
{
    /// <summary>Whether <c>docker build</c> can use BuildKit.</summary>
    public bool HasDockerBuildKit => Docker.Length > 0 && (HasBuildx || !NeedsBuildx);

    public bool Has(ImageEngine engine) => engine switch
    {
        ImageEngine.Buildx => Docker.Length > 0 && HasBuildx,
        ImageEngine.Docker => Docker.Length > 0,
        ImageEngine.Buildctl => HasBuildkitd,
        _ => HasBuildah,
    };
}

/// <summary>Which engine builds an image, and why. A closed family.</summary>
internal abstract record EngineChoice
{
    private EngineChoice() { }

    /// <param name="Engine">It.</param>
    /// <param name="Why">For the log.</param>
    /// <param name="UsesBuildKit">Whether docker is to build with BuildKit.</param>
    public sealed record Chosen(ImageEngine Engine, string Why, bool UsesBuildKit) : EngineChoice;

    /// <param name="Message">What is missing, as a sentence.</param>
    public sealed record None(string Message) : EngineChoice;

    private static readonly ImageEngine[] WithBuildKit =
        [ImageEngine.Buildx, ImageEngine.Buildctl, ImageEngine.Docker, ImageEngine.Buildah];

    private static readonly ImageEngine[] WithoutBuildKit =
        [ImageEngine.Docker, ImageEngine.Buildah, ImageEngine.Buildx, ImageEngine.Buildctl];

    /// <summary>Decides.</summary>
    /// <param name="host">What there is.</param>
    /// <param name="wanted">Name of an engine that the host's operator asks for; empty = any.</param>
    /// <param name="wantsBuildKit">As the build says.</param>
    /// <param name="platforms">How many platforms are built at once.</param>
    public static EngineChoice Of(ImageEngines host, string wanted, bool wantsBuildKit, int platforms)
    {
        if (wanted.Length > 0)
        {
            return !Enum.TryParse<ImageEngine>(wanted, ignoreCase: true, out var named)
                ? new None($"KILN_IMAGE_ENGINE is {wanted}; it must be buildx, docker, buildctl or buildah.")
                : host.Has(named) ? Asked(named, wantsBuildKit && named == ImageEngine.Docker && !host.HasDockerBuildKit, wantsBuildKit)
                : new None($"KILN_IMAGE_ENGINE asks for {wanted}, and {Lack(named)}.");
        }
        string LackHere(ImageEngine engine) =>
            engine == ImageEngine.Docker && host.Docker.Length > 0 ? "docker itself needs buildx for BuildKit" : Lack(engine);

        var order = (wantsBuildKit ? WithBuildKit : WithoutBuildKit)
            .Where(engine => platforms <= 1 || engine is ImageEngine.Buildx or ImageEngine.Buildctl).ToArray();
        foreach (var engine in order)
        {
            if (host.Has(engine) && (engine != ImageEngine.Docker || !wantsBuildKit || host.HasDockerBuildKit))
            {
                var passed = order.TakeWhile(other => other != engine).Select(LackHere).ToArray();
                return new Chosen(
                    engine,
                    passed.Length == 0 ? $"the first choice {(wantsBuildKit ? "with" : "without")} BuildKit" : string.Join(", ", passed),
                    wantsBuildKit);
            }
        }
        if (platforms <= 1 && host.Docker.Length > 0)
        {
            return new Chosen(ImageEngine.Docker, $"without BuildKit, since {string.Join(", ", order.Select(LackHere))}", UsesBuildKit: false);
        }
        return new None(
            $"Nothing here can build {(platforms > 1 ? "an image for several platforms" : "an image")}: "
                + $"{string.Join(", ", order.Select(Lack))}. Install one of them on the host.");
    }

    private static Chosen Asked(ImageEngine engine, bool lacksBuildKit, bool wantsBuildKit) => lacksBuildKit
        ? new Chosen(engine, "KILN_IMAGE_ENGINE asks for it; without BuildKit, since docker has no buildx", UsesBuildKit: false)
        : new Chosen(engine, "KILN_IMAGE_ENGINE asks for it", wantsBuildKit);

    private static string Lack(ImageEngine engine) => engine switch
    {
        ImageEngine.Buildx => "docker has no buildx",
        ImageEngine.Docker => "no docker daemon answers",
        ImageEngine.Buildctl => "buildctl reaches no buildkitd",
        _ => "buildah is not there",
    };
}
