using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kiln.Server.Demo;

/// <summary>One git site over smart HTTP: <c>git http-backend</c> as a CGI program over a directory of bare repositories.</summary>
/// <param name="root">Directory of the repositories.</param>
/// <param name="token">Password of basic authentication, with any user name; <c>null</c> = anyone may fetch, nobody may push.</param>
/// <param name="logger">Where git's complaints go.</param>
internal sealed partial class GitSite(string root, string? token, ILogger logger)
{
    private const int LongestHead = 64 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        if (token is not null && !Authorized(context.Request, token))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Kiln demo\"";
            return;
        }
        var aborted = context.RequestAborted;
        using var git = Process.Start(Backend(context)) ?? throw new InvalidOperationException("git did not start.");
        try
        {
            var said = git.StandardError.ReadToEndAsync(aborted);
            var sent = SendBodyAsync(context.Request, git, aborted);
            await AnswerAsync(git.StandardOutput.BaseStream, context.Response, aborted);
            await sent;
            await git.WaitForExitAsync(aborted);
            if (await said is { Length: > 0 } complaint)
            {
                Log.Complained(logger, context.Request.Path, complaint.TrimEnd());
            }
        }
        finally
        {
            if (!git.HasExited)
            {
                git.Kill(entireProcessTree: true);
            }
        }
    }

    private static bool Authorized(HttpRequest request, string token)
    {
        const string scheme = "Basic ";
        var header = request.Headers.Authorization.ToString();
        var bytes = new byte[header.Length];
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            || !Convert.TryFromBase64String(header[scheme.Length..], bytes, out var length))
        {
            return false;
        }
        var colon = bytes.AsSpan(0, length).IndexOf((byte)':');
        return colon >= 0
            && CryptographicOperations.FixedTimeEquals(bytes.AsSpan(colon + 1, length - colon - 1), Encoding.UTF8.GetBytes(token));
    }

    private ProcessStartInfo Backend(HttpContext context)
    {
        var request = context.Request;
        var start = GitProgram.Command(root, "http-backend");
        start.Environment["GIT_PROJECT_ROOT"] = root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["REQUEST_METHOD"] = request.Method;
        start.Environment["PATH_INFO"] = WithSuffix(request.Path);
        start.Environment["QUERY_STRING"] = request.QueryString.Value?.TrimStart('?') ?? "";
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding.ToString();
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"].ToString();
        start.Environment["REMOTE_ADDR"] = context.Connection.RemoteIpAddress?.ToString() ?? "";
        if (request.ContentLength is { } length)
        {
            start.Environment["CONTENT_LENGTH"] = length.ToString(CultureInfo.InvariantCulture);
        }
        if (token is not null)
        {
            // http-backend lets known users push.
            start.Environment["REMOTE_USER"] = "demo";
        }
        return start;
    }

    /// <summary>Code hosts take <c>/ns/repo</c> and <c>/ns/repo.git</c>; on disk there is only the second.</summary>
    private static string WithSuffix(string path)
    {
        var parts = path.Split('/', 4);
        return parts is ["", _, var repo, ..] && !repo.EndsWith(".git", StringComparison.Ordinal)
            ? string.Join('/', ["", parts[1], $"{repo}.git", .. parts[3..]])
            : path;
    }

    private static async Task SendBodyAsync(HttpRequest request, Process git, CancellationToken cancellationToken)
    {
        try
        {
            await request.Body.CopyToAsync(git.StandardInput.BaseStream, cancellationToken);
            git.StandardInput.Close();
        }
        catch (IOException)
        {
            // git answered and ended without reading everything; its answer counts.
        }
    }

    private static async Task AnswerAsync(Stream output, HttpResponse response, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LongestHead);
        try
        {
            var filled = 0;
            int end;
            while ((end = HeadEnd(buffer.AsSpan(0, filled))) < 0)
            {
                var read = await output.ReadAsync(buffer.AsMemory(filled), cancellationToken);
                if (read == 0)
                {
                    response.StatusCode = StatusCodes.Status502BadGateway;
                    return;
                }
                filled += read;
            }
            ReadHead(Encoding.Latin1.GetString(buffer, 0, end), response);
            await response.Body.WriteAsync(buffer.AsMemory(end, filled - end), cancellationToken);
            await output.CopyToAsync(response.Body, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int HeadEnd(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        return end < 0 ? -1 : end + 4;
    }

    private static void ReadHead(string head, HttpResponse response)
    {
        foreach (var line in head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(": ", 2) is not [var name, var value])
            {
                continue;
            }
            if (name.Equals("Status", StringComparison.OrdinalIgnoreCase))
            {
                response.StatusCode = int.Parse(value.AsSpan(0, 3), CultureInfo.InvariantCulture);
            }
            else
            {
                response.Headers.Append(name, value);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "git http-backend for {Path}: {Complaint}")]
        public static partial void Complained(ILogger logger, string path, string complaint);
    }
}
