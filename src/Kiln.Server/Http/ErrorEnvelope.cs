using System.Security.Cryptography;

namespace Kiln.Server.Http;

/// <summary>Outermost middleware: whatever fails inside, the client reads one envelope, never an empty body or a stack trace.</summary>
public sealed partial class ErrorEnvelope(RequestDelegate next, ILogger<ErrorEnvelope> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException refused) when (!context.Response.HasStarted)
        {
            await Answer(context, Refusal(refused.StatusCode, context.Request));
            return;
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to read an answer.
            return;
        }
        catch (Exception broken)
        {
            var reference = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
            Log.Failed(logger, broken, context.Request.Method, context.Request.Path, reference);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }
            await Answer(context, new ApiError(500, 500,
                $"The server failed to handle this request. Its log has the cause under reference {reference}.", []));
            return;
        }

        if (!context.Response.HasStarted && context.Response.StatusCode >= 400
            && context.Response.ContentType is null && context.Response.ContentLength is null or 0)
        {
            await Answer(context, Refusal(context.Response.StatusCode, context.Request));
        }
    }

    private static Task Answer(HttpContext context, ApiError error)
    {
        var allow = context.Response.Headers.Allow;
        context.Response.Clear();
        context.Response.Headers.Allow = allow;
        return error.ExecuteAsync(context);
    }

    private static ApiError Refusal(int status, HttpRequest request) => new(status, status, status switch
    {
        404 => $"There is no {request.Path} here. /docs lists every path.",
        405 => $"{request.Path} does not take {request.Method}; the Allow header names what it takes.",
        408 => "The request took too long to arrive.",
        413 => $"The request body is larger than {RequestLimits.BodyBytes / (1024 * 1024)} MiB.",
        415 => "The request body must be JSON (Content-Type: application/json).",
        _ => "The request cannot be read as HTTP.",
    }, []);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed, reference {Reference}.")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string path, string reference);
    }
}
