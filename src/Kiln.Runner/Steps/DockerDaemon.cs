using System.Net.Sockets;
using System.Text.Json;

namespace Kiln.Runner.Steps;

/// <summary>What a docker daemon said. A closed family.</summary>
internal abstract record DaemonAnswer
{
    private DaemonAnswer() { }

    /// <param name="Version">Its version.</param>
    public sealed record Answers(string Version) : DaemonAnswer;

    /// <param name="Why">What was there instead.</param>
    public sealed record Silent(string Why) : DaemonAnswer;

    /// <summary>Its socket is there, and is not for this user.</summary>
    public sealed record Forbidden : DaemonAnswer;

    /// <summary>It is behind ssh or TLS, which only docker's own client has the keys for.</summary>
    public sealed record NotAsked : DaemonAnswer;
}

/// <summary>The docker daemon of a host, asked over its own API: a host needs no docker client for it.</summary>
internal static class DockerDaemon
{
    private const string Usual = "unix:///var/run/docker.sock";
    private const string UnixScheme = "unix://";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Where the daemon is: <c>DOCKER_HOST</c> of the agent, else docker's usual socket.</summary>
    public static string AddressOf(RunnerPlace place) =>
        place.Inherited.TryGetValue("DOCKER_HOST", out var said) && said.Length > 0 ? said : Usual;

    public static async Task<DaemonAnswer> AskAsync(string address, TimeProvider clock, CancellationToken cancellationToken)
    {
        var isUnix = address.StartsWith(UnixScheme, StringComparison.Ordinal);
        if (!isUnix && (!Uri.TryCreate(address, UriKind.Absolute, out var remote) || remote is not { Scheme: "tcp", Port: not 2376 }))
        {
            return new DaemonAnswer.NotAsked();
        }
        using var handler = new SocketsHttpHandler { UseProxy = false };
        if (isUnix)
        {
            handler.ConnectCallback = (_, token) => ConnectAsync(address[UnixScheme.Length..], token);
        }
        using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var url = isUnix ? "http://docker/version" : $"http{address["tcp".Length..].TrimEnd('/')}/version";
            using var version = JsonDocument.Parse(await http.GetStringAsync(url, either.Token));
            return new DaemonAnswer.Answers(version.RootElement.GetProperty("Version").GetString() ?? "");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DaemonAnswer.Silent($"it says nothing for {Patience.TotalSeconds:0} s");
        }
        catch (HttpRequestException refused) when (refused.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            return new DaemonAnswer.Forbidden();
        }
        catch (HttpRequestException away)
        {
            return new DaemonAnswer.Silent(away.InnerException?.Message ?? away.Message);
        }
        catch (Exception strange) when (strange is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new DaemonAnswer.Silent("what answers is no docker");
        }
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
