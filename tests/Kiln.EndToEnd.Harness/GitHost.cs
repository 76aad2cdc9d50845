using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kiln.EndToEnd.Harness;

/// <summary>A git site over smart HTTP or HTTPS: <c>git http-backend</c> behind a listener, one request a connection.</summary>
public sealed class GitHost : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly GitDirectory _repositories;
    private readonly Task _serving;

    public GitHost(
        GitDirectory repositories, string password = "", X509Certificate2? certificate = null, bool givesAnyCommit = true, string address = "127.0.0.1")
    {
        _repositories = repositories;
        _listener = new TcpListener(IPAddress.Parse(address), 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _serving = ServeAsync(password, certificate, givesAnyCommit);
    }

    public int Port { get; }

    /// <summary>First lines of the requests that came.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _serving;
        _closing.Dispose();
    }

    private async Task ServeAsync(string password, X509Certificate2? certificate, bool givesAnyCommit)
    {
        var open = new List<Task>();
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_closing.Token);
                open.Add(AnswerAsync(client, password, certificate, givesAnyCommit));
            }
            catch (Exception closed) when (closed is OperationCanceledException or SocketException)
            {
                break;
            }
        }
        await Task.WhenAll(open);
    }

    private async Task AnswerAsync(TcpClient client, string password, X509Certificate2? certificate, bool givesAnyCommit)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (certificate is not null)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _closing.Token);
                    stream = secure;
                }
                await using (stream)
                {
                    var request = await HttpHead.ReadAsync(stream, _closing.Token);
                    _requests.Enqueue(request.FirstLine);
                    if (password.Length > 0 && !request["authorization"].EndsWith(Convert.ToBase64String(Encoding.UTF8.GetBytes($"robot:{password}")), StringComparison.Ordinal))
                    {
                        await stream.WriteAsync("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _closing.Token);
                        return;
                    }
                    await RunAsync(stream, request, givesAnyCommit);
                }
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away, did not trust the certificate, or the test is over.
            }
        }
    }

    private async Task RunAsync(Stream stream, HttpHead request, bool givesAnyCommit)
    {
        var target = request.FirstLine.Split(' ')[1].Split('?', 2);
        var start = new ProcessStartInfo("git", ["http-backend"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["GIT_PROJECT_ROOT"] = _repositories.Root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = _repositories.Settings;
        start.Environment["REQUEST_METHOD"] = request.FirstLine.Split(' ')[0];
        start.Environment["PATH_INFO"] = Uri.UnescapeDataString(target[0]);
        start.Environment["QUERY_STRING"] = target.ElementAtOrDefault(1) ?? "";
        start.Environment["CONTENT_TYPE"] = request["content-type"];
        start.Environment["HTTP_CONTENT_ENCODING"] = request["content-encoding"];
        start.Environment["CONTENT_LENGTH"] = request["content-length"];
        if (givesAnyCommit)
        {
            // The protocol's version 2 gives every commit; the ones before only what refs point to.
            start.Environment["GIT_PROTOCOL"] = request["git-protocol"];
        }
        using var git = Process.Start(start)!;
        await git.StandardInput.BaseStream.WriteAsync(request.Body, _closing.Token);
        git.StandardInput.Close();
        using var answer = new MemoryStream();
        await git.StandardOutput.BaseStream.CopyToAsync(answer, _closing.Token);
        await git.WaitForExitAsync(_closing.Token);
        var bytes = answer.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        var head = Encoding.Latin1.GetString(bytes, 0, end - 2);
        var status = head.StartsWith("Status: ", StringComparison.Ordinal) ? head["Status: ".Length..head.IndexOf('\r')] : "200 OK";
        await stream.WriteAsync(Encoding.Latin1.GetBytes(
            $"HTTP/1.1 {status}\r\n{head}Content-Length: {bytes.Length - end}\r\nConnection: close\r\n\r\n"), _closing.Token);
        await stream.WriteAsync(bytes.AsMemory(end), _closing.Token);
        await stream.FlushAsync(_closing.Token);
    }
}
