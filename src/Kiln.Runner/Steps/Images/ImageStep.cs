using Kiln.Contracts.Exec;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner.Phases;
using Kiln.Runner.Spawning;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Steps.Images;

/// <summary>Builds an image with what the host has, pushes it, and tells the run its reference and digest.</summary>
internal sealed class ImageStep(RunScope run, PlannedImage image)
{
    public const string DigestOutput = "IMAGE_DIGEST";

    private const string InPod =
        "Nothing in this pod may build an image: no docker daemon answers, buildctl reaches no buildkitd, and the cluster does not let buildah "
            + "make a mount namespace. Let the build use its node's docker (use_host_docker_daemon), or have the cluster's operator name a "
            + "buildkitd (BUILDKIT_HOST) or allow user namespaces.";

    private static readonly string[] ProxyNames = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

    private readonly Dictionary<string, string> _variables = ScriptEnvironment.ForOwnCommands(run);

    public async Task<StepResult> RunAsync()
    {
        RegistryLogin.AddTo(_variables, run.Directory.DockerConfig);
        var order = Order(out var refused);
        if (order is null)
        {
            return refused!;
        }
        var platforms = order.Platforms.Split(',', StringSplitOptions.RemoveEmptyEntries).Length;
        var host = await new EngineProbe(run, [.. _variables]).AskAsync();
        if (run.Stop.Order is not null)
        {
            return new StepResult.Stopped();
        }
        if (EngineChoice.Of(host, run.Place.ImageEngine, image.WantsBuildKit, platforms) is not EngineChoice.Chosen chosen)
        {
            var none = (EngineChoice.None)EngineChoice.Of(host, run.Place.ImageEngine, image.WantsBuildKit, platforms);
            return new StepResult.Failed(RunReason.ToolMissing, run.Place.Room is null ? none.Message : InPod);
        }
        await run.SayBeforeAsync(
            "image-build", $"building {order.References[0]} with {chosen.Engine.ToString().ToLowerInvariant()}: {chosen.Why}");
        order = order with { WantsBuildKit = chosen.UsesBuildKit };
        if (chosen.Engine == ImageEngine.Buildctl && order.Proxies.Values.Any(static proxy => proxy.Contains('@')))
        {
            return new StepResult.Failed(
                RunReason.ImageBuildFailed,
                $"buildctl takes a proxy only as an argument, which others on {run.Place.HostName} can read, and the proxy there has a password: "
                    + "name another engine in KILN_IMAGE_ENGINE, or use a proxy without a password.");
        }
        Prepare(chosen.Engine, order);
        return await BuildAndPushAsync(chosen.Engine, order);
    }

    private async Task<StepResult> BuildAndPushAsync(ImageEngine engine, ImageOrder order)
    {
        var built = await CommandAsync("image-build", EngineCommand.Build(engine, order), isPush: false);
        if (built is CommandOutcome.Over over)
        {
            return over.Result;
        }
        var said = ((CommandOutcome.Done)built).Said;
        foreach (var (index, reference) in order.References.Concat(EngineCommand.CacheImages(engine, order)).Index())
        {
            if (EngineCommand.Push(engine, order, reference) is not { } push)
            {
                break;
            }
            await run.SayBeforeAsync($"image-push-{index}", $"pushing {reference}");
            switch (await CommandAsync($"image-push-{index}", push, isPush: true))
            {
                case CommandOutcome.Over failed:
                    return failed.Result;
                case CommandOutcome.Done done when index < order.References.Count:
                    said = done.Said;
                    break;
            }
        }
        await TellAsync(engine, order, PushedImage.DigestOf(order.MetadataFile, said));
        return new StepResult.Passed();
    }

    private async Task TellAsync(ImageEngine engine, ImageOrder order, string digest)
    {
        var reference = order.References[0];
        var (size, layers) = (0L, (IReadOnlyList<string>)[]);
        if (EngineCommand.Describe(engine, reference) is { } describe)
        {
            var end = await run.RunAsync("image", "image-size", Start("image-size", describe, capture: true));
            (size, layers) = PushedImage.ContentOf(end is CommandEnd.Ended { Notice: { ExitCode: 0 } ended } ? ended.Captured ?? "" : "{}");
        }
        run.Outputs["IMAGE"] = reference;
        run.Outputs[DigestOutput] = digest;
        run.Record.OutputsCollected(
            OutputMask.Apply(run.Outputs, run.Spec.Secrets.Values),
            static recorded => recorded.Outputs.Any(static output => output.Name == DigestOutput));
        run.Record.ArtifactStored(new RunArtifact(reference, "image", size, "", digest, reference)
        {
            Layers = layers,
            Commits = [.. run.Repos.Select(static repo => new ArtifactCommit(
                $"{repo.Planned.Namespace}/{repo.Planned.Name}".Trim('/'), repo.CommitId))],
        });
        await run.SayAsync($"pushed {string.Join(", ", order.References)}, digest {digest}, {size} bytes");
    }

    private async Task<CommandOutcome> CommandAsync(string id, string[] command, bool isPush)
    {
        var end = await run.RunAsync("image", id, Start(id, command, capture: false));
        return end switch
        {
            CommandEnd.ExecDied => new CommandOutcome.Over(new StepResult.ExecDied()),
            CommandEnd.Refused refused => new CommandOutcome.Over(new StepResult.Failed(
                RunReason.ToolMissing, $"{command[0]} cannot be started on {run.Place.HostName}: {refused.Message}")),
            CommandEnd.Ended { Notice.Stopped: not null } => new CommandOutcome.Over(new StepResult.Stopped()),
            CommandEnd.Ended { Notice: { ExitCode: 0 } done } => new CommandOutcome.Done(run.WordsOf(done)),
            CommandEnd.Ended { Notice: var failed } => new CommandOutcome.Over(
                ImageFailure.Of(run.WordsOf(failed), isPush, run.Place.HostName)),
            _ => new CommandOutcome.Over(new StepResult.Stopped()),
        };
    }

    private ExecCommand.Start Start(string id, string[] command, bool capture) => new(
        id, command, [.. _variables], run.Directory.Workspace, Stdin: null, capture, Credentials: []);

    private void Prepare(ImageEngine engine, ImageOrder order)
    {
        if (engine == ImageEngine.Docker)
        {
            _variables["DOCKER_BUILDKIT"] = order.WantsBuildKit ? "1" : "0";
        }
        if (engine == ImageEngine.Buildah)
        {
            // Needs neither a container runtime nor rights beyond the user's.
            _variables.TryAdd("BUILDAH_ISOLATION", "chroot");
        }
    }

    private ImageOrder? Order(out StepResult.Failed? refused)
    {
        var workspace = run.Directory.Workspace;
        var reference = _variables.GetValueOrDefault("IMAGE", "");
        var context = ConfinedPath.Below(workspace, Expand(image.Context));
        var dockerfile = ConfinedPath.Below(workspace, Expand(image.Dockerfile));
        refused = reference.Length == 0
                ? new(RunReason.ImageBuildFailed, "The output IMAGE is empty, so the image has no name.")
            : context is null || dockerfile is null
                ? new(RunReason.ImageBuildFailed, $"{(context is null ? image.Context : image.Dockerfile)} leaves the workspace.")
            : !Directory.Exists(Path.Combine(workspace, context))
                ? new(RunReason.ImageBuildFailed, $"There is no directory $WORKSPACE/{context} to build the image in.")
            : image.DockerfileText is null ? Missing(dockerfile.Length == 0 ? "Dockerfile" : dockerfile)
            : null;
        return refused is not null ? null : new ImageOrder
        {
            References = [reference, .. image.Tags.Select(tag => Retagged(reference, Expand(tag))).Where(other => other != reference)],
            Dockerfile = image.DockerfileText is { } text ? Template(text) : Path.Combine(workspace, dockerfile!.Length == 0 ? "Dockerfile" : dockerfile),
            Context = Path.Combine(workspace, context!),
            Options = [.. ShellWords.Split(image.Arguments).Select(Expand)],
            Proxies = image.UsesProxy ? Proxies() : new Dictionary<string, string>(),
            Platforms = Expand(image.Platforms).Replace(" ", "", StringComparison.Ordinal),
            WantsBuildKit = image.WantsBuildKit,
            IsInsecure = image.IsInsecure,
            CacheReference = Expand(image.CacheReference).Trim(),
            Secrets = [.. image.Secrets.Where(_variables.ContainsKey)],
            SecretFiles = run.Spec.Plan.Variables.Where(static variable => variable.IsFile).Select(static variable => variable.Name).Distinct()
                .ToDictionary(static name => name, run.Directory.ParameterFile),
            MetadataFile = Path.Combine(run.Directory.Temp, "image-metadata"),
        };
    }

    private StepResult.Failed? Missing(string dockerfile)
    {
        switch (WorkspaceFile.Open(run.Directory.Workspace, dockerfile))
        {
            case WorkspaceFile.Opened opened:
                opened.Handle.Dispose();
                return null;
            case WorkspaceFile.Refused why:
                return new(RunReason.DockerfileMissing, $"$WORKSPACE/{dockerfile} {why.Message}.");
            default:
                return new(RunReason.DockerfileMissing, $"There is no Dockerfile at $WORKSPACE/{dockerfile}.");
        }
    }

    private string Template(string text)
    {
        var path = Path.Combine(run.Directory.Temp, "Dockerfile");
        File.WriteAllText(path, text);
        return path;
    }

    private Dictionary<string, string> Proxies() =>
        ProxyNames.Where(_variables.ContainsKey).ToDictionary(static name => name, name => _variables[name]);

    private string Expand(string text) => VariableExpansion.Expand(text, _variables);

    // registry:5000/team/app:1 with tag 2 → registry:5000/team/app:2
    private static string Retagged(string reference, string tag)
    {
        var colon = reference.LastIndexOf(':');
        return $"{(colon > reference.LastIndexOf('/') ? reference[..colon] : reference)}:{tag}";
    }

    private abstract record CommandOutcome
    {
        public sealed record Done(string Said) : CommandOutcome;

        public sealed record Over(StepResult Result) : CommandOutcome;
    }
}
