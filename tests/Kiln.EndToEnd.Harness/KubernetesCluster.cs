using System.Diagnostics;

namespace Kiln.EndToEnd.Harness;

/// <summary>
/// A real Kubernetes: the one that <c>KILN_TEST_KUBECONFIG</c> names, or one of this machine's own that
/// <c>tests/kubernetes/cluster</c> starts.
/// </summary>
public sealed class KubernetesCluster : IAsyncDisposable
{
    /// <summary>Storage class whose volumes are made when a claim asks for them.</summary>
    public const string StorageClass = "standard";

    private static readonly string Scripts = Path.Combine(Root(new DirectoryInfo(AppContext.BaseDirectory)), "tests", "kubernetes");

    private readonly RunningProgram? _program;
    private readonly string _directory;
    private readonly string _kubectl;
    private readonly string _kubeconfigPath;

    private KubernetesCluster(RunningProgram? program, string directory, string kubectl, string kubeconfigPath, string address)
    {
        _program = program;
        _directory = directory;
        _kubectl = kubectl;
        _kubeconfigPath = kubeconfigPath;
        Address = address;
    }

    /// <summary>The manifests that install Kiln.</summary>
    public static string Manifests => File.ReadAllText(Path.Combine(Scripts, "..", "..", "deploy", "kubernetes", "kiln.yaml"));

    /// <summary>True when it is one of <c>tests/kubernetes/cluster</c>, whose nodes and storage are known.</summary>
    public bool IsOwn => _directory.Length > 0;

    /// <summary>This machine's address as pods reach it.</summary>
    public string Address { get; }

    /// <summary>An administrator's kubeconfig.</summary>
    public string Kubeconfig => File.ReadAllText(_kubeconfigPath);

    /// <summary>Image to run builds in: Debian with git, bash and make.</summary>
    public string BuildImage { get; } = Given("KILN_TEST_BUILD_IMAGE") ?? "kiln.test/debian:12";

    /// <summary>Image of the container that drives a run.</summary>
    public string AgentImage { get; } = Given("KILN_TEST_AGENT_IMAGE") ?? "kiln.test/agent:1";

    /// <summary>Why there can be no cluster here; <c>null</c> = there can be one.</summary>
    public static async Task<string?> ObstacleAsync(CancellationToken cancellationToken)
    {
        if (Given("KILN_TEST_KUBECONFIG") is not null)
        {
            return null;
        }
        if (Given("KILN_TEST_NO_CLUSTER") is { } reason)
        {
            return reason;
        }
        var (code, _, errors) = await RunAsync(Path.Combine(Scripts, "cluster"), ["possible"], "", cancellationToken);
        return code == 0 ? null : errors.Trim();
    }

    /// <summary>The one that is given, else a new one.</summary>
    public static async Task<KubernetesCluster> FindAsync(Scratch scratch, int nodes, CancellationToken cancellationToken)
    {
        if (Given("KILN_TEST_KUBECONFIG") is not { } path)
        {
            return await StartAsync(scratch, nodes, cancellationToken);
        }
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return File.Exists(Path.Combine(directory, "orders"))
            ? await OfAsync(null, directory, cancellationToken)
            : new KubernetesCluster(null, "", "kubectl", path, Given("KILN_TEST_ADDRESS")
                ?? throw new InvalidOperationException("KILN_TEST_ADDRESS must be this machine's address as the pods of KILN_TEST_KUBECONFIG reach it."));
    }

    /// <summary>Starts one.</summary>
    /// <param name="scratch">Where it lives.</param>
    /// <param name="nodes">How many nodes it has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<KubernetesCluster> StartAsync(Scratch scratch, int nodes, CancellationToken cancellationToken)
    {
        var directory = scratch["kubernetes"];
        var program = RunningProgram.Start(Path.Combine(Scripts, "cluster"), ["run", directory, $"{nodes}"], scratch.Path);
        await program.SaysAsync("ready", cancellationToken);
        return await OfAsync(program, directory, cancellationToken);
    }

    /// <summary>Gives every node the images that builds and their drivers need.</summary>
    public Task LoadImagesAsync(CancellationToken cancellationToken) => MakeAndLoadAsync("agent", cancellationToken);

    /// <summary>Gives every node an image of the server, <c>kiln.test/server:1</c>.</summary>
    public Task LoadServerAsync(CancellationToken cancellationToken) => MakeAndLoadAsync("server", cancellationToken);

    /// <summary>Gives every node the image in a docker archive.</summary>
    public async Task LoadAsync(string archive, CancellationToken cancellationToken)
    {
        var (code, _, errors) = await RunAsync(Path.Combine(Scripts, "cluster"), ["load", _directory, archive], "", cancellationToken);
        Succeed(code, errors);
    }

    /// <summary>Lets nodes pull from a registry that speaks plain http.</summary>
    public async Task TrustAsync(string registry, CancellationToken cancellationToken)
    {
        if (IsOwn)
        {
            var place = Directory.CreateDirectory(Path.Combine(_directory, "registries", registry)).FullName;
            await File.WriteAllTextAsync(Path.Combine(place, "hosts.toml"), $"[host.\"http://{registry}\"]\n", cancellationToken);
        }
    }

    /// <summary>Runs kubectl as administrator; it must succeed.</summary>
    /// <returns>What it said.</returns>
    public Task<string> KubectlAsync(CancellationToken cancellationToken, params string[] arguments) =>
        KubectlAsync("", cancellationToken, arguments);

    /// <summary>Makes or changes what a manifest says.</summary>
    public Task ApplyAsync(string manifest, CancellationToken cancellationToken) =>
        KubectlAsync(manifest, cancellationToken, "apply", "-f", "-");

    /// <summary>Waits until none of the objects that a selector finds is there any more.</summary>
    public async Task GoneAsync(string @namespace, string kind, string selector, CancellationToken cancellationToken)
    {
        // kubectl refuses to wait for what is not there at all.
        if ((await KubectlAsync(cancellationToken, "get", kind, "-n", @namespace, "-l", selector, "-o", "name")).Length > 0)
        {
            var (code, said, errors) = await RunAsync(
                _kubectl, ["--kubeconfig", _kubeconfigPath, "wait", "--for=delete", kind, "-n", @namespace, "-l", selector, "--timeout=120s"],
                "", cancellationToken);
            Succeed(errors.Contains("not found") || errors.Contains("no matching") ? 0 : code, said + errors);
        }
    }

    /// <summary>A power cut of a node, counted from 1.</summary>
    public Task KillNodeAsync(int node, CancellationToken cancellationToken) => OrderAsync(["node", _directory, "kill", $"{node}"], cancellationToken);

    public Task StartNodeAsync(int node, CancellationToken cancellationToken) => OrderAsync(["node", _directory, "start", $"{node}"], cancellationToken);

    /// <summary>Kills the API server; pods go on.</summary>
    public Task KillApiAsync(CancellationToken cancellationToken) => OrderAsync(["api", _directory, "kill"], cancellationToken);

    public Task StartApiAsync(CancellationToken cancellationToken) => OrderAsync(["api", _directory, "start"], cancellationToken);

    /// <summary>Kills what the API server keeps its objects in.</summary>
    public Task KillEtcdAsync(CancellationToken cancellationToken) => OrderAsync(["etcd", _directory, "kill"], cancellationToken);

    public Task StartEtcdAsync(CancellationToken cancellationToken) => OrderAsync(["etcd", _directory, "start"], cancellationToken);

    /// <summary>The processes in pods of a cluster of this machine's own, as the kernel counts them to containers.</summary>
    public IReadOnlyList<PodProcess> PodProcesses() => PodProcess.Of(_directory, $"kiln-k8s-{Address.Split('.')[2]}");

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }
    }

    private async Task MakeAndLoadAsync(string image, CancellationToken cancellationToken)
    {
        if (IsOwn)
        {
            var (code, archive, errors) = await RunAsync(
                Path.Combine(Scripts, "images"), [image, Path.GetDirectoryName(Binaries.Agent)!], "", cancellationToken);
            Succeed(code, errors);
            await LoadAsync(archive.Trim(), cancellationToken);
        }
    }

    private static async Task<KubernetesCluster> OfAsync(RunningProgram? program, string directory, CancellationToken cancellationToken)
    {
        var kubectl = Path.Combine(await WordAsync("binaries"), "kubectl");
        return new KubernetesCluster(program, directory, kubectl, Path.Combine(directory, "kubeconfig"), await WordAsync("address"));

        async Task<string> WordAsync(string file) => (await File.ReadAllTextAsync(Path.Combine(directory, file), cancellationToken)).Trim();
    }

    private static async Task OrderAsync(string[] order, CancellationToken cancellationToken)
    {
        var (code, _, errors) = await RunAsync(Path.Combine(Scripts, "cluster"), order, "", cancellationToken);
        Succeed(code, errors);
    }

    private async Task<string> KubectlAsync(string input, CancellationToken cancellationToken, params string[] arguments)
    {
        var (code, said, errors) = await RunAsync(_kubectl, ["--kubeconfig", _kubeconfigPath, .. arguments], input, cancellationToken);
        Succeed(code, $"kubectl {string.Join(' ', arguments)}: {errors}");
        return said;
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(
        string program, string[] arguments, string input, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await errors);
    }

    private static void Succeed(int code, string errors)
    {
        if (code != 0)
        {
            throw new InvalidOperationException(errors);
        }
    }

    private static string? Given(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string Root(DirectoryInfo directory) =>
        File.Exists(Path.Combine(directory.FullName, "Kiln.slnx")) ? directory.FullName : Root(directory.Parent!);
}
