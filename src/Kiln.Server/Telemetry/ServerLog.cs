using Kiln.Server.Settings;
using Microsoft.Extensions.Logging.Console;

namespace Kiln.Server.Telemetry;

/// <summary>The server's own log: one line an entry, on stderr, so that stdout stays free for what was asked for.</summary>
public static class ServerLog
{
    public static WebApplicationBuilder AddServerLog(this WebApplicationBuilder builder, KilnOptions options)
    {
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(options.LogLevel);
        if (options.LogLevel >= LogLevel.Information)
        {
            builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
            // All it would log is a failure that ErrorEnvelope logs, and for that it makes every call an activity and a scope.
            builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        }
        // Why a server cannot start is said once, in words, by whoever starts it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        return builder;
    }
}
