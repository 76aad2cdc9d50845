using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Kiln.EndToEnd.Harness;

/// <summary>A real docker-registry that wants a login.</summary>
public sealed class ImageRegistry : IAsyncDisposable
{
    public const string User = "builder";
    public const string Password = "registry-pass";

    // bcrypt of the password.
    private const string Htpasswd = User + ":$2y$12$2LACEFco5mjbqnJv1njpLuFhtskCgFP50cetlAnaD.Rvjgi3Mfv.K\n";

    private readonly RunningProgram _program;
    private readonly HttpClient _http = new();

    private ImageRegistry(RunningProgram program, string host)
    {
        _program = program;
        Host = host;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/vnd.docker.distribution.manifest.v2+json");
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/vnd.oci.image.manifest.v1+json");
    }

    public string Host { get; }

    public static Task<ImageRegistry> StartAsync(Scratch scratch, CancellationToken cancellationToken) =>
        StartAsync(scratch, "127.0.0.1", cancellationToken);

    /// <summary>Starts one on an address of this machine that others than itself reach.</summary>
    public static async Task<ImageRegistry> StartAsync(Scratch scratch, string address, CancellationToken cancellationToken)
    {
        var host = $"{address}:{FreePort(address)}";
        await File.WriteAllTextAsync(scratch["htpasswd"], Htpasswd, cancellationToken);
        await File.WriteAllTextAsync(scratch["registry.yml"], $"""
            version: 0.1
            storage:
              filesystem:
                rootdirectory: {scratch["registry"]}
            http:
              addr: {host}
            auth:
              htpasswd:
                realm: kiln
                path: {scratch["htpasswd"]}
            """, cancellationToken);
        var program = RunningProgram.Start("docker-registry", ["serve", scratch["registry.yml"]], scratch.Path);
        await program.ComplainsAsync("listening on", cancellationToken);
        return new ImageRegistry(program, host);
    }

    /// <summary>The digest that the registry has for a reference; <c>null</c> when it has none.</summary>
    public async Task<string?> DigestAsync(string reference, CancellationToken cancellationToken)
    {
        var colon = reference.LastIndexOf(':');
        var name = reference[(Host.Length + 1)..colon];
        using var answer = await _http.GetAsync(
            $"http://{Host}/v2/{name}/manifests/{reference[(colon + 1)..]}", cancellationToken);
        return answer.StatusCode == HttpStatusCode.NotFound ? null
            : answer.EnsureSuccessStatusCode().Headers.GetValues("Docker-Content-Digest").Single();
    }

    /// <summary>Whether anything was pushed to a repository.</summary>
    public async Task<bool> HasAsync(string repository, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync($"http://{Host}/v2/{repository}/tags/list", cancellationToken);
        return answer.IsSuccessStatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _program.DisposeAsync();
    }

    private static int FreePort(string address)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
