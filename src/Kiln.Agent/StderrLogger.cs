using Microsoft.Extensions.Logging;

namespace Kiln.Agent;

/// <summary>The agent's own log: one line an entry on stderr, which the service manager keeps.</summary>
internal sealed class StderrLogger(TextWriter output, LogLevel lowest, TimeProvider clock) : ILogger
{
    private readonly Lock _lock = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= lowest;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }
        lock (_lock)
        {
            output.WriteLine($"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {logLevel} {formatter(state, exception)}");
            if (exception is not null)
            {
                output.WriteLine(exception);
            }
        }
    }
}
