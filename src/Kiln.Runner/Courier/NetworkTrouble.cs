using System.Text.Json;

namespace Kiln.Runner.Courier;

/// <summary>Tells the expected failures of a network from bugs and from our own cancellation.</summary>
public static class NetworkTrouble
{
    /// <summary>True for what a later attempt may cure: refused or broken connections, timeouts, a body cut short.</summary>
    public static bool Is(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && exception is HttpRequestException or IOException or JsonException or OperationCanceledException;

    /// <summary>What to tell of it: of a request that broke, what broke it.</summary>
    public static string Words(Exception exception) => exception switch
    {
        HttpRequestException { InnerException: IOException cause } => cause.Message,
        OperationCanceledException => "No answer came in time.",
        _ => exception.Message,
    };
}
