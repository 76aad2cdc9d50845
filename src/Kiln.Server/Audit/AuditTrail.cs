using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;

namespace Kiln.Server.Audit;

/// <summary>
/// Records every call that changes something and every attempt that is refused for its caller. The record is written when
/// the answer is sent, before the connection takes the next request.
/// </summary>
internal sealed partial class AuditTrail(RequestDelegate next, AuditStore store, TimeProvider time, ILogger<AuditTrail> logger)
{
    private const int LongestPath = 1000;

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/openapi"))
        {
            context.Response.OnCompleted(() => RecordAsync(context));
        }
        return next(context);
    }

    private async Task RecordAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        var reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        var changesNothing = reads || context.Features.Get<DryRun>() is not null;
        // What exceeds its budget was not even looked at, and must not fill the record.
        if (status == StatusCodes.Status429TooManyRequests
            || (changesNothing && status is not (StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)))
        {
            return;
        }
        try
        {
            await store.AppendAsync(Record(context, status), CancellationToken.None);
        }
        catch (Exception broken)
        {
            // The answer is out already; whoever runs the server must hear that the record has a hole.
            Log.Lost(logger, broken, context.Request.Method, context.Request.Path, status);
        }
    }

    private AuditRecord Record(HttpContext context, int status)
    {
        var request = context.Request;
        var path = $"{request.Path}{request.QueryString}";
        return new AuditRecord(
            Id: 0,
            time.GetUtcNow().ToUnixTimeSeconds(),
            context.Features.Get<Caller>()?.Name ?? "",
            context.Connection.RemoteIpAddress?.ToString() ?? "",
            request.Method,
            path.Length > LongestPath ? path[..LongestPath] : path,
            (context.Features.Get<RequestProject>() as RequestProject.One)?.Key
                ?? Queries.Single(request.Query, "projectKey", new Violations()),
            status,
            context.Features.Get<ApiError>()?.Description ?? (status < 400 ? "done" : $"refused with {status}"));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The audit record of {Method} {Path}, answered {Status}, could not be written.")]
        public static partial void Lost(ILogger logger, Exception exception, string method, string path, int status);
    }
}
