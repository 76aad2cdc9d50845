using System.Diagnostics;
using Kiln.Contracts.Protocol;

namespace Kiln.Server.Telemetry;

/// <summary>
/// Names the span that the web server makes of a call, by the conventions of OpenTelemetry; calls that only say that someone
/// is alive are left out, for they would drown the others.
/// </summary>
internal sealed class RequestSpans(RequestDelegate next)
{
    private static readonly string[] Heartbeats = [RunnerProtocol.PollPath, RunnerProtocol.ReportPath, "/healthz", "/readyz", "/metrics"];

    public async Task InvokeAsync(HttpContext context)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
        {
            await next(context);
            return;
        }
        if (Heartbeats.Contains(context.Request.Path.Value))
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            span.IsAllDataRequested = false;
        }
        var method = context.Request.Method;
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.request.method", method).SetTag("http.route", route).SetTag("url.path", context.Request.Path.Value);
        await next(context);
        span.SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
