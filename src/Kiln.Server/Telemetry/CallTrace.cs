using System.Diagnostics;

namespace Kiln.Server.Telemetry;

/// <summary>
/// The trace that a call belongs to. The web server makes a span for a call only when somebody listens; what a call makes
/// belongs to its trace all the same.
/// </summary>
internal static class CallTrace
{
    /// <summary>Goes on with the trace that the call names (<c>traceparent</c>), or begins one; <c>null</c> = it has a span already.</summary>
    public static Activity? Begin(HttpRequest request)
    {
        if (Activity.Current is not null)
        {
            return null;
        }
        var activity = new Activity("call");
        if (ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out var caller))
        {
            activity.SetParentId(caller.TraceId, caller.SpanId, caller.TraceFlags);
        }
        return activity.Start();
    }
}
