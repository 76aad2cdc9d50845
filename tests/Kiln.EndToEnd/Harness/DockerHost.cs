namespace Kiln.EndToEnd.Harness;

/// <summary>A real dockerd of the test's own, and the docker client that belongs to it.</summary>
public sealed class DockerHost : IAsyncDisposable
{
    private readonly RunningProgram _program;
    private readonly string _socket;

    private DockerHost(RunningProgram program, string socket)
    {
        _program = program;
        _socket = socket;
    }

    /// <summary>Environment of a server whose host builds with it. The distribution's client comes first on the path: a
    /// newer one elsewhere may lack its plugins.</summary>
    public (string Name, string Value)[] Environment =>
    [
        ("DOCKER_HOST", $"unix://{_socket}"), ("KILN_IMAGE_ENGINE", "docker"), ("PATH", $"/usr/bin:{System.Environment.GetEnvironmentVariable("PATH")}"),
    ];

    public static Task<DockerHost> StartAsync(Scratch scratch, CancellationToken cancellationToken) =>
        StartAsync(scratch, scratch["docker.sock"], cancellationToken);

    /// <summary>Starts one.</summary>
    /// <param name="scratch">Where it lives.</param>
    /// <param name="socket">Where it listens; goes with it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<DockerHost> StartAsync(Scratch scratch, string socket, CancellationToken cancellationToken)
    {
        var program = RunningProgram.Start(
            "/usr/sbin/dockerd",
            [
                "--data-root", scratch["docker"], "--exec-root", scratch["docker-exec"], "--pidfile", scratch["docker.pid"],
                "-H", $"unix://{socket}", "--iptables=false", "--ip6tables=false", "--bridge=none",
            ],
            scratch.Path);
        await program.ComplainsAsync("API listen on", cancellationToken);
        return new DockerHost(program, socket);
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        File.Delete(_socket);
    }
}
